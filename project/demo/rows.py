"""A page that asks for rows."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext_lazy as _

__all__ = ["GuestFormSet"]

MAX_GUESTS = 5
FOOD = [("all", _("Everything")), ("vegetarian", _("Vegetarian")), ("vegan", _("Vegan"))]


class GuestForm(forms.Form):
    """Ask for one guest."""

    name = forms.CharField(label=_("Name"), max_length=40)
    # Each row starts with a choice: one that nobody touches stays blank all the same.
    food = forms.ChoiceField(label=_("Food"), choices=FOOD, initial="all")


class BaseGuests(BaseFormSet):  # type: ignore[type-arg]  # without stubs at runtime it takes no parameter
    """Name the rows."""

    class Page:
        title = _("Rows of fields")
        description = _("Add a row, delete one: who comes to dinner? Five fit at the table.")

    @classmethod
    def get_default_prefix(cls) -> str:
        """Give the key that the rows stand under in JSON."""
        return "guests"


GuestFormSet: Any = forms.formset_factory(
    GuestForm, formset=BaseGuests, min_num=1, validate_min=True, max_num=MAX_GUESTS, extra=1, can_delete=True
)
