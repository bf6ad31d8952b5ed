"""One-time codes: six random digits, mailed in clear and kept as a keyed hash."""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

__all__ = ["LIFETIME", "code_matches", "hash_code", "mail_code", "new_code"]

LIFETIME = timedelta(minutes=10)


def new_code() -> str:
    """Draw a code."""
    return f"{secrets.randbelow(10**6):06}"


def hash_code(code: str, flow_id: UUID, key: str | bytes | None = None) -> str:
    """Hash a code for one flow: a million codes are soon tried, so the hash needs a key, by default the site's."""
    return salted_hmac(f"project.accounts.codes:{flow_id}", code, secret=key, algorithm="sha256").hexdigest()


def code_matches(code: str, code_hash: str, flow_id: UUID) -> bool:
    """Tell whether a code is the one that was hashed, under this key of the site or an earlier one."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(hash_code(code, flow_id, key), code_hash) for key in keys)


@sensitive_variables()
def mail_code(to: str, code: str) -> None:
    """Mail a code once the transaction has committed; a mail server that is down is logged and tells nobody."""
    subject = _("Your sign-in code")
    body = _(
        "%(code)s is your code. It is valid for %(minutes)d minutes.\n\n"
        "If you are not signing in right now, somebody else knows your password: please change it."
    ) % {"code": code, "minutes": LIFETIME // timedelta(minutes=1)}

    @sensitive_variables()
    def send() -> None:
        send_mail(subject, body, None, [to])

    transaction.on_commit(send, robust=True)
