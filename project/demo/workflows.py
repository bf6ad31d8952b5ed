"""The smallest workflow, and one with every form field."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.choices import flatten_choices
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from project.demo.forms import FieldsForm, NameForm
from wfapp import Context, Finish, Struct, Workflow, step

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
    """Hold what was filled in."""

    entries: list[Entry] = []


class Fields(Workflow[FieldsContext]):
    """Ask for everything that a Django form can ask for, then show what was entered."""

    name = "demo/fields"
    title = _("Every Django form field")
    exposed = True

    @step(form=FieldsForm)
    def fill_in(self, form: FieldsForm) -> None:
        self.ctx.entries = [
            Entry(field=bound.name, label=str(bound.label), value=readable(bound.field, value))
            for bound in form.visible_fields()
            if not isinstance(bound.field.widget, forms.PasswordInput)
            and not _is_empty(value := form.cleaned_data[bound.name])
        ]

    @step(form=forms.Form, passes=["entries"], title=_("This is what you entered"), submit=_("That is right"))
    def review(self, form: forms.Form) -> Finish:
        data = {entry.field: entry.value for entry in self.ctx.entries}
        return Finish(data=data, message=_("Thank you: every field was understood."))


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
