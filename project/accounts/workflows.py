"""Sign in with a password, and with a mailed code where the account asks for one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from project.accounts import codes
from project.accounts.forms import CodeForm, PasswordForm
from project.accounts.models import SecondFactor
from wfapp import Abort, Context, Finish, Limit, Secret, Workflow, step

__all__ = ["Login", "LoginContext"]


class LoginContext(Context):
    """Hold what is known once the password is right."""

    user_id: int | None = None
    username: str = ""
    email: str = ""
    mfa: bool = False
    code_hash: Secret[str] = ""
    session_hash: Secret[str] = ""
    """What changes with the password: a flow from before ends with it."""


class Login(Workflow[LoginContext]):
    """Keep an idle sign-in page without a row; from the right password on staff can find the flow by its account."""

    name = "auth/login"
    title = _("Sign in")
    exposed = True
    storage = "token", "database"
    flow_model = "accounts.LoginFlow"
    lifetime = timedelta(hours=1)

    @step(
        form=PasswordForm,
        limit=[
            Limit("password", key="username", rate="10/15m"),
            Limit("password-address", key="address", rate="100/15m"),
        ],
    )
    def credentials(self, form: PasswordForm) -> None:
        user = form.get_user()
        self.ctx.user_id, self.ctx.username, self.ctx.email = user.pk, user.get_username(), user.email
        self.ctx.session_hash = user.get_session_auth_hash()
        self.ctx.mfa = SecondFactor.objects.filter(user=user).exists()
        self.store_in("database")
        if self.ctx.mfa:
            self.send_code()

    @credentials.form_kwargs
    def credentials_kwargs(self) -> Mapping[str, Any]:
        return {"request": self.request}

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
        user = get_user_model().objects.filter(pk=self.ctx.get("user_id"), is_active=True).first()
        if user is None or not self.same_password(user):
            return Abort("no-account", _("This account can no longer sign in."))
        return Finish(sign_in=user, data={"email": self.ctx.email})

    def same_password(self, user: AbstractBaseUser) -> bool:
        hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
        return any(constant_time_compare(known, self.ctx.session_hash) for known in hashes)

    def send_code(self) -> None:
        code = codes.new_code()
        self.ctx.code_hash = codes.hash_code(code, self.flow.id)
        if self.ctx.email:
            minutes = codes.LIFETIME // timedelta(minutes=1)
            extra = {"code": code, "minutes": minutes}
            self.mail(self.ctx.email, "accounts/mail/code", extra=extra, expires=codes.LIFETIME)
