"""The smallest workflow, and one with every form field."""

from __future__ import annotations

import json
import secrets
from base64 import b32encode
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.choices import flatten_choices
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from project.demo.display import NoteDownForm
from project.demo.dynamic import DeliveryForm
from project.demo.forms import FieldsForm, NameForm
from wfapp import Context, Finish, Secret, Struct, Workflow, step

__all__ = ["Fields", "FieldsContext", "Hello", "HelloContext"]


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


class Entry(Struct):
    """Hold one field as people read it."""

    field: str
    label: str
    value: str


class FieldsContext(Context):
    """Hold what was filled in, and what the third page shows."""

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

    @step
    def make_codes(self) -> None:
        key = b32encode(secrets.token_bytes(20)).decode()
        self.ctx.uri = f"otpauth://totp/wfapp%20demo?secret={key}&issuer=wfapp%20demo"
        self.ctx.codes = [secrets.token_hex(4) for _number in range(4)]
        self.ctx.number, self.ctx.made_on = f"DEMO-{secrets.randbelow(9000) + 1000}", timezone.localdate()

    @step(form=NoteDownForm)
    def note_down(self, form: NoteDownForm) -> None:
        self.ctx.uri, self.ctx.codes = "", []

    @step(form=forms.Form, passes=["entries"], title=_("This is what you entered"), submit=_("That is right"))
    def review(self, form: forms.Form) -> Finish:
        data = {entry.field: entry.value for entry in self.ctx.entries}
        return Finish(data=data, message=_("Thank you: every field was understood."))


def entries_of(form: forms.Form) -> list[Entry]:
    """Write what was filled in, without passwords."""
    return [
        Entry(field=bound.name, label=str(bound.label), value=readable(bound.field, value))
        for bound in form.visible_fields()
        if not isinstance(bound.field.widget, forms.PasswordInput)
        and not _is_empty(value := form.cleaned_data.get(bound.name))
    ]


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, list | QuerySet) and not value)


def readable(field: forms.Field, value: Any) -> str:
    """Write a cleaned value for people: choices by their labels, times and numbers as their language does."""
    if isinstance(value, list | QuerySet):
        return ", ".join(readable(field, item) for item in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    choices: Iterable[tuple[Any, str]] = getattr(field, "choices", ())
    labels = {str(key): str(label) for key, label in flatten_choices(choices)}
    return labels.get(str(value)) or str(localize(value))
