"""Sign in with a password, and with a mailed code where the account asks for one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from project.accounts import codes
from project.accounts.forms import CodeForm, PasswordForm
from project.accounts.models import SecondFactor
from project.accounts.workflows.account import PASSWORD_LIMITS, AccountContext, AccountWorkflow
from wfapp import Abort, Finish, Limit, Secret, step

__all__ = ["Login", "LoginContext"]


class LoginContext(AccountContext):
    """Hold what is known once the password is right."""

    username: str = ""
    email: str = ""
    mfa: bool = False
    code_hash: Secret[str] = ""


class Login(AccountWorkflow[LoginContext]):
    """Keep an idle sign-in page without a row; from the right password on staff can find the flow by its account."""

    name = "auth/login"
    title = _("Sign in")
    exposed = True
    storage = "token", "database"
    flow_model = "accounts.LoginFlow"
    lifetime = timedelta(hours=1)

    @step(form=PasswordForm, limit=PASSWORD_LIMITS)
    def credentials(self, form: PasswordForm) -> None:
        user = form.get_user()
        self.remember(user)
        self.ctx.username, self.ctx.email = user.get_username(), user.email
        self.ctx.mfa = SecondFactor.objects.filter(user=user).exists()
        self.store_in("database")
        if self.ctx.mfa:
            self.send_code()

    @credentials.form_kwargs
    def credentials_kwargs(self) -> Mapping[str, Any]:
        return {"request": self.request if self.has_request else None}

    @step(
        form=CodeForm,
        when="mfa",
        attempts=5,
        limit=Limit("code", key="user_id", rate="10/15m"),
        expires=codes.LIFETIME,  # counted anew from each code that is sent
    )
    def verify(self, form: CodeForm) -> None:
        if not codes.code_matches(form.cleaned_data["code"], self.ctx.code_hash, self.flow.id):
            raise ValidationError({"code": _("Invalid code")})

    @verify.action(label=_("Resend to {{ ctx.email }}"), cooldown=timedelta(seconds=30), limit=5)
    def resend(self) -> None:
        self.send_code()
        self.message(_("A new code is on its way."))

    @step
    def issue_session(self) -> Finish | Abort:
        user = self.account()
        if user is None:
            return Abort("no-account", _("This account can no longer sign in."))
        return Finish(sign_in=user, data={"email": self.ctx.email})

    def send_code(self) -> None:
        code = codes.new_code()
        self.ctx.code_hash = codes.hash_code(code, self.flow.id)
        if self.ctx.email:
            self.mail(self.ctx.email, "accounts/mail/code", extra=codes.in_mail(code), expires=codes.LIFETIME)
