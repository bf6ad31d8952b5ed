"""Invite somebody by mail: staff say who and as what, and the account is made by whoever opens the link."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from project.accounts.forms import AccountForm, InviteForm
from project.accounts.models import Role
from project.accounts.people import create_account, is_taken
from project.accounts.workflows.account import TAKEN
from wfapp import Abort, Context, EmailLink, Finish, Workflow, step

__all__ = ["Invite", "InviteContext"]


class InviteContext(Context):
    """Hold what staff said; nothing that the invitee types gets here."""

    invite_email: str = ""
    invite_role: str = ""
    invited_by: str = ""


class Invite(Workflow[InviteContext]):
    """Ask for a right on every page but those behind the link, which stands in for it."""

    name = "auth/invite"
    title = _("Invite somebody")
    exposed = True
    cancellable = True
    permission_required = "accounts.invite"
    flow_model = "accounts.InviteFlow"
    lifetime = timedelta(days=14)

    @step(form=InviteForm, title=_("Invite somebody"), submit=_("Send the invitation"))
    def whom(self, form: InviteForm) -> None:
        email = form.cleaned_data["email"]
        if is_taken(email):
            raise ValidationError({"email": TAKEN.message})
        self.ctx.invite_email, self.ctx.invite_role = email, form.cleaned_data["role"]
        self.ctx.invited_by = self.user.get_username()

    @whom.form_kwargs
    def whom_kwargs(self) -> Mapping[str, Any]:
        return {"inviter": self.user}

    @step(
        passes=["invite_email", "invited_by"],
        title=_("{{ ctx.invite_email }} is invited"),
        description=_("The invitation waits in their mailbox for a week. You can close this page."),
    )
    def send(self) -> EmailLink:
        return EmailLink(
            self.ctx.invite_email,
            "accounts/mail/invite",
            expires=timedelta(days=7),
            replaces="invite_email",
            title=_("You are invited"),
            description=_("An account is waiting for you. It takes a name and a password."),
            submit=_("Accept the invitation"),
        )

    @step
    def arrive(self) -> Abort | None:
        return TAKEN if is_taken(self.ctx.invite_email) else None

    @step(
        form=AccountForm,
        passes=["invite_email"],
        title=_("Welcome"),
        description=_("You sign in with {{ ctx.invite_email }} from now on."),
        submit=_("Create my account"),
    )
    def details(self, form: AccountForm) -> Finish | Abort:
        password_hash = make_password(form.cleaned_data["password1"])
        user = create_account(self.ctx.invite_email, form.cleaned_data["name"], password_hash)
        if user is None:
            return TAKEN
        Role(self.ctx.invite_role).give_to(user)
        return Finish(sign_in=user, data={"email": user.email}, message=_("Welcome! Your account is ready."))

    @details.form_kwargs
    def details_kwargs(self) -> Mapping[str, Any]:
        return {"email": self.ctx.invite_email}
