"""What the workflows of accounts share: they go on only with the account that they began with."""

from __future__ import annotations

from typing import TypeVar

from django.contrib.auth.models import User
from django.urls import reverse_lazy
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from wfapp import Abort, Choice, Context, Limit, Secret, Workflow

__all__ = ["CHANGED", "PASSWORD_LIMITS", "TAKEN", "AccountContext", "AccountWorkflow"]

PASSWORD_LIMITS = [
    Limit("password", key="username", rate="10/15m"),
    Limit("password-address", key="address", rate="100/15m"),
]
"""How many wrong passwords an account and a client may send, on whichever page asks for one."""

CHANGED = Abort("changed", _("The password was changed since, or the account was closed."))
TAKEN = Abort(
    "taken", _("This address has an account already."), choices=[Choice(_("Sign in"), redirect=reverse_lazy("login"))]
)


class AccountContext(Context):
    """Hold an account as it was."""

    user_id: int | None = None
    session_hash: Secret[str] = ""
    """What changes with the password: a flow from before ends with it."""


C = TypeVar("C", bound=AccountContext)


class AccountWorkflow(Workflow[C]):
    """Remember an account, and find it for as long as it may sign in and has the same password."""

    def remember(self, user: User) -> None:
        self.ctx.user_id, self.ctx.session_hash = user.pk, user.get_session_auth_hash()

    def account(self) -> User | None:
        user = User.objects.filter(pk=self.ctx.get("user_id"), is_active=True).first()
        if user is None:
            return None
        hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
        return user if any(constant_time_compare(known, self.ctx.session_hash) for known in hashes) else None
