"""The smallest workflow, and one with every form field."""

from __future__ import annotations

import secrets
from base64 import b32encode
from datetime import date
from typing import Any

from django import forms
from django.forms import BaseFormSet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from project.demo.display import NoteDownForm
from project.demo.dynamic import DeliveryForm
from project.demo.entries import Entry, entries_of
from project.demo.forms import FieldsForm, NameForm
from project.demo.papers import PapersForm
from project.demo.rows import GuestFormSet
from wfapp import Context, Finish, Secret, Workflow, step

__all__ = ["Fields", "FieldsContext", "Hello", "HelloContext"]

ENTRIES = "{% for entry in ctx.entries %}{{ entry.label }}: {{ entry.value }}\n{% endfor %}"
"""For those who draw the page by themselves; the site's own template shows a table."""


class HelloContext(Context):
    """Hold the name between the two pages."""

    name: str = ""


class Hello(Workflow[HelloContext]):
    """Ask for a name, then greet."""

    name = "demo/hello"
    title = _("Hello")
    exposed = True

    @step(form=NameForm, title=_("What is your name?"))
    def ask(self, form: NameForm) -> None:
        self.ctx.name = form.cleaned_data["name"]

    @step(form=forms.Form, passes=["name"], title=_("Hello {{ ctx.name }}!"), submit=_("Hello to you"))
    def greet(self, form: forms.Form) -> Finish:
        return Finish(data={"name": self.ctx.name}, message=_("It was nice to meet you."))


class FieldsContext(Context):
    """Hold what was filled in, and what the last pages show."""

    entries: list[Entry] = []
    made_on: date | None = None
    number: str = ""
    uri: Secret[str] = ""
    codes: list[Secret[str]] = []


class Fields(Workflow[FieldsContext]):
    """Ask for everything that a form can ask for, one sort of it on each page, then show what was entered."""

    name = "demo/fields"
    title = _("Every Django form field")
    exposed = True

    @step(form=FieldsForm)
    def fill_in(self, form: FieldsForm) -> None:
        self.ctx.entries = entries_of(form)

    @step(form=DeliveryForm)
    def delivery(self, form: DeliveryForm) -> None:
        self.ctx.entries = [*self.ctx.entries, *entries_of(form)]

    @step(form=GuestFormSet)
    def guests(self, form: BaseFormSet[Any]) -> None:
        self.ctx.entries = [*self.ctx.entries, *entries_of(form)]

    @step(form=PapersForm)
    def papers(self, form: PapersForm) -> None:
        self.ctx.entries = [*self.ctx.entries, *entries_of(form)]

    @step
    def make_codes(self) -> None:
        key = b32encode(secrets.token_bytes(20)).decode()
        self.ctx.uri = f"otpauth://totp/wfapp%20demo?secret={key}&issuer=wfapp%20demo"
        self.ctx.codes = [secrets.token_hex(4) for _number in range(4)]
        self.ctx.number, self.ctx.made_on = f"DEMO-{secrets.randbelow(9000) + 1000}", timezone.localdate()

    @step(form=NoteDownForm)
    def note_down(self, form: NoteDownForm) -> None:
        self.ctx.uri, self.ctx.codes = "", []

    @step(
        form=forms.Form,
        passes=["entries"],
        title=_("This is what you entered"),
        description=ENTRIES,
        submit=_("That is right"),
    )
    def review(self, form: forms.Form) -> Finish:
        data = {entry.field: entry.value for entry in self.ctx.entries}
        return Finish(data=data, message=_("Thank you: every field was understood."))
