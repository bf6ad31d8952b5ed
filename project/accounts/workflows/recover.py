"""Choose a new password by a mailed link."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from project.accounts.forms import AddressForm
from project.accounts.people import account_of
from project.accounts.workflows.account import CHANGED, AccountContext
from project.accounts.workflows.password import NewPassword
from wfapp import Abort, EmailLink, Limit, step

__all__ = ["Recover", "RecoverContext"]


class RecoverContext(AccountContext):
    """Hold the address beside its account; an unknown one has none."""

    email: str = ""


class Recover(NewPassword[RecoverContext]):
    """Answer a known and an unknown address alike: with the same pages, and with one mail each."""

    name = "auth/recover"
    title = _("Forgotten password")
    exposed = True
    lifetime = timedelta(hours=2)
    steps = ["address", "mail_link", "arrive", "choose"]

    @step(
        form=AddressForm,
        title=_("Forgotten password"),
        description=_("We send you a link with which you choose a new one."),
        submit=_("Send me a link"),
        limit=[
            Limit("recover-mail", key="email", rate="5/h", counts_accepted=True),
            Limit("recover-address", key="address", rate="30/h", counts_accepted=True),
        ],
    )
    def address(self, form: AddressForm) -> None:
        self.ctx.email = form.cleaned_data["email"]
        user = account_of(self.ctx.email)
        if user is not None:
            self.remember(user)

    @step(
        passes=["email"],
        title=_("Look into your mailbox"),
        description=_(
            "A message is on its way to {{ ctx.email }}. Open the link in it to choose a new password; you can close "
            "this page."
        ),
    )
    def mail_link(self) -> EmailLink:
        known = self.ctx.user_id is not None
        return EmailLink(
            self.ctx.email,
            # A link is minted either way; the mail to an unknown address does not tell it.
            "accounts/mail/recover" if known else "accounts/mail/recover_unknown",
            expires=timedelta(hours=1),
            replaces="email",
            resends=2,
            title=_("Choose a new password"),
            submit=_("Continue"),
        )

    @step
    def arrive(self) -> Abort | None:
        return CHANGED if self.account() is None else None
