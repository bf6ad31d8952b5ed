"""One-time codes: six random digits, mailed in clear and kept as a keyed hash."""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

__all__ = ["LIFETIME", "code_matches", "hash_code", "in_mail", "new_code"]

LIFETIME = timedelta(minutes=10)


def new_code() -> str:
    """Draw a code."""
    return f"{secrets.randbelow(10**6):06}"


def hash_code(code: str, flow_id: UUID, key: str | bytes | None = None) -> str:
    """Hash a code for one flow: a million codes are soon tried, so the hash needs a key, by default the site's."""
    return salted_hmac(f"project.accounts.codes:{flow_id}", code, secret=key, algorithm="sha256").hexdigest()


def in_mail(code: str) -> dict[str, str | int]:
    """Give what the template of a mail says of a code."""
    return {"code": code, "minutes": LIFETIME // timedelta(minutes=1)}


def code_matches(code: str, code_hash: str, flow_id: UUID) -> bool:
    """Tell whether a code is the one that was hashed, under this key of the site or an earlier one."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(hash_code(code, flow_id, key), code_hash) for key in keys)
