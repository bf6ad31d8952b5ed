"""What the tests of accounts share."""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from wfapp.testing import Walk

__all__ = ["NEW", "OLD", "another", "make", "seen", "signed_in", "work"]

OLD = "harbour-violin-38"
NEW = "glacier-tulip-88"

RANDOM = re.compile(
    r"(?:database|token|link)\.[\w-]+"  # tokens
    r'|(?<=name="wf_start" value=")[^"]+|(?<=name="csrfmiddlewaretoken" value=")[^"]+'
    r"|(?<=[?&]wf=)[\w-]+"  # the public key of a flow
    r'|(?<="availableAt": ")[^"]+|(?<=again in )\d+ \w+|(?<=available_at=)datetime\.datetime\(.*?\)'  # the time
)


def make(name: str, **more: Any) -> User:
    """Make an account with the old password."""
    return User.objects.create_user(name, **{"email": f"{name}@example.com", "password": OLD, **more})


def another(code: str) -> str:
    """Give a code that is wrong."""
    return f"{(int(code) + 1) % 10**6:06}"


def seen(walk: Walk) -> str:
    """Give all that a walker got to see but for what is random."""
    shown = walk.shown
    return RANDOM.sub("…", f"{shown!r} {shown.text}")


def signed_in(walk: Walk) -> str:
    """Tell who is signed in, where there is somebody to sign in."""
    return str(walk.client.session.get("_auth_user_id", ""))


def work(walk: Walk, values: dict[str, str]) -> list[str]:
    """Answer the first page, and list what the database was asked, without values."""
    with CaptureQueriesContext(connection) as queries:
        walk.submit(values)
    return [re.sub(r"'(?:[^']|'')*'|\b\d+\b", "?", query["sql"]) for query in queries]
