"""A workflow whose flows stand in a table with shadow fields."""

from __future__ import annotations

from django import forms

from wfapp import Context, Finish, Secret, Struct, Workflow, step


class Role(Struct):
    """Stand below a key."""

    name: str = ""


class InviteContext(Context):
    """Hold what InviteFlow mirrors, and what it must never show."""

    email: str | None = None
    role: Role | None = None
    plan: str | None = None
    vip: bool | None = None
    hidden: str = ""
    code: Secret[str] = ""
    inviter_id: int | None = None


class InviteForm(forms.Form):
    """Ask for an address."""

    email = forms.EmailField()


class ConfirmForm(forms.Form):
    """Ask for nothing but a press."""


class Invite(Workflow[InviteContext]):
    """Ask for an address, remember it, and wait for a second page."""

    name = "tests/invite"
    flow_model = "flows.InviteFlow"

    @step(form=InviteForm)
    def invite(self, form: InviteForm) -> None:
        """Fill the context."""
        self.ctx.email = form.cleaned_data["email"]
        self.ctx.role = Role(name="admin")
        self.ctx.plan = "paid"
        self.ctx.hidden = "hidden-from-staff"
        self.ctx.code = "secret-from-all"

    @step(form=ConfirmForm)
    def confirm(self, form: ConfirmForm) -> Finish:
        """End."""
        return Finish()
