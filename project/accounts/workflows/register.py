"""Register with an e-mail address, which a mailed code proves."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from project.accounts import codes
from project.accounts.forms import CodeForm, RegisterForm
from project.accounts.people import create_account, is_taken
from project.accounts.workflows.account import TAKEN
from wfapp import Abort, Context, Finish, Limit, Secret, Workflow, step

__all__ = ["Register", "RegisterContext"]

MAILS = Limit("register-mail", key="email", rate="10/h", counts_accepted=True)
"""How many mails an address gets, whoever asks for them."""


class RegisterContext(Context):
    """Hold the account that is to be."""

    email: str = ""
    name: str = ""
    password_hash: Secret[str] = ""
    code_hash: Secret[str] = ""


class Register(Workflow[RegisterContext]):
    """Show the same pages whether or not the address has an account: only its owner's mailbox tells."""

    name = "auth/register"
    title = _("Create an account")
    exposed = True
    lifetime = timedelta(hours=1)

    @step(
        form=RegisterForm,
        title=_("Create an account"),
        limit=[MAILS, Limit("register-address", key="address", rate="30/h", counts_accepted=True)],
        revisit=True,  # whoever mistyped the address goes back to it
    )
    def details(self, form: RegisterForm) -> None:
        data = form.cleaned_data
        self.ctx.email, self.ctx.name = data["email"], data["name"]
        self.ctx.password_hash = make_password(data["password1"])
        self.send_code()

    @step(
        form=CodeForm,
        attempts=5,
        limit=Limit("register-code", key="email", rate="10/15m"),
        expires=codes.LIFETIME,
    )
    def verify(self, form: CodeForm) -> None:
        if not codes.code_matches(form.cleaned_data["code"], self.ctx.code_hash, self.flow.id):
            raise ValidationError({"code": _("Invalid code")})

    @verify.action(label=_("Resend to {{ ctx.email }}"), cooldown=timedelta(seconds=30), limit=[5, MAILS])
    def resend(self) -> None:
        self.send_code()
        self.message(_("A new message is on its way."))

    @step
    def create(self) -> Finish | Abort:
        user = create_account(self.ctx.email, self.ctx.name, self.ctx.password_hash)
        if user is None:
            return TAKEN
        return Finish(sign_in=user, data={"email": user.email}, message=_("Welcome! Your account is ready."))

    def send_code(self) -> None:
        code = codes.new_code()
        self.ctx.code_hash = codes.hash_code(code, self.flow.id)
        # The code of an address that is taken is told to nobody: the page that asks for it is like any other.
        template = "accounts/mail/taken" if is_taken(self.ctx.email) else "accounts/mail/register"
        self.mail(self.ctx.email, template, extra=codes.in_mail(code), expires=codes.LIFETIME)
