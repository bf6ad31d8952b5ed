"""Choose a new password: after the present one was typed once more, or after whatever else a subclass asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar, cast

from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from project.accounts.forms import CurrentPasswordForm
from project.accounts.workflows.account import CHANGED, PASSWORD_LIMITS, AccountContext, AccountWorkflow
from wfapp import Abort, Finish, step

__all__ = ["ChangePassword", "NewPassword"]

C = TypeVar("C", bound=AccountContext)


class NewPassword(AccountWorkflow[C]):
    """End with a new password, for the account that was remembered: its other sessions end, and a mail tells of it."""

    @step(
        form=SetPasswordForm,
        title=_("Choose a new password"),
        submit=_("Change the password"),
        expires=timedelta(minutes=15),
    )
    def choose(self, form: SetPasswordForm[User]) -> Finish | Abort:
        if form.user is None:
            return CHANGED
        user = form.save()
        if user.email:
            self.mail(user.email, "accounts/mail/password_changed")
        message = _("Your password was changed. Wherever else you were signed in, you are not any more.")
        return Finish(sign_in=user, sign_out_others=True, message=message)

    @choose.form_kwargs
    def choose_kwargs(self) -> Mapping[str, Any]:
        return {"user": self.account()}


class ChangePassword(NewPassword[AccountContext]):
    """Ask for the present password first: the session alone may be somebody else's, at a desk that was left."""

    name = "auth/password"
    title = _("Change your password")
    exposed = True
    login_required = True
    lifetime = timedelta(hours=1)
    steps = ["confirm", "choose"]

    @step(form=CurrentPasswordForm, title=_("Confirm that it is you"), limit=PASSWORD_LIMITS)
    def confirm(self, form: CurrentPasswordForm) -> None:
        self.remember(form.user)

    @confirm.form_kwargs
    def confirm_kwargs(self) -> Mapping[str, Any]:
        return {"user": cast(User, self.user)}

    def username(self) -> str:
        """Count wrong passwords together with those of the sign-in page, which has a field of this name."""
        return self.user.get_username().casefold()
