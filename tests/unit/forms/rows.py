"""Formsets for the tests of rows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.forms import formset_factory, inlineformset_factory, modelformset_factory

from tests.unit.forms.everything import EverythingForm

__all__ = ["Everything", "Groups", "LineForm", "Lines", "Permissions", "lines_of"]

COLOURS = [("r", "Red"), ("g", "Green")]


class LineForm(forms.Form):
    """Ask for one thing."""

    name = forms.CharField(max_length=20)
    qty = forms.IntegerField(min_value=1, initial=1)
    colours = forms.MultipleChoiceField(choices=COLOURS, required=False)
    gift = forms.BooleanField(required=False)
    secret = forms.CharField(required=False, widget=forms.PasswordInput)


Lines: Any = formset_factory(LineForm)
Everything: Any = formset_factory(EverythingForm, extra=0)
Groups: Any = modelformset_factory(Group, fields=["name"], can_delete=True, can_delete_extra=False, extra=1)
Permissions: Any = inlineformset_factory(ContentType, Permission, fields=["name", "codename"], extra=0)


def lines_of(**options: Any) -> Any:
    """Make a formset of lines that is not bound."""
    kwargs = {name: options.pop(name) for name in ("initial", "queryset") if name in options}
    return formset_factory(LineForm, **options)(prefix="lines", **kwargs)
