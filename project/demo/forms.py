"""The pages of the recipes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

__all__ = ["FieldsForm", "NameForm"]

SIZES = [("s", _("Small")), ("m", _("Medium")), ("l", _("Large"))]
DRINKS = [(_("Hot"), [("tea", _("Tea")), ("coffee", _("Coffee"))]), (_("Cold"), [("water", _("Water"))])]
STARS = [(1, "★"), (2, "★★"), (3, "★★★")]
FOLDER = str(Path(__file__).parent)
DAY: dict[str, Any] = {"type": "date", "aria-label": _("Day")}
TIME: dict[str, Any] = {"type": "time", "aria-label": _("Time")}


class NameForm(forms.Form):
    """Ask for a name."""

    name = forms.CharField(label=_("Your name"), max_length=40)


class AmountWidget(forms.MultiWidget):
    """Draw an amount and its currency side by side."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        widgets: dict[str, forms.Widget | type[forms.Widget]] = {
            "amount": forms.NumberInput({"step": "0.01", "aria-label": _("Amount")}),
            "currency": forms.Select({"aria-label": _("Currency")}, choices=[("EUR", "EUR"), ("USD", "USD")]),
        }
        super().__init__(widgets, attrs)

    def decompress(self, value: str | None) -> list[str | None]:
        """Take "9.50 EUR" apart."""
        return [*value.split(" ", 1)] if value else [None, None]


class AmountField(forms.MultiValueField):
    """Take an amount of money, a field made of two."""

    def __init__(self, **kwargs: Any) -> None:
        amount = forms.DecimalField(label=_("Amount"), max_digits=8, decimal_places=2, min_value=0)
        currency = forms.ChoiceField(label=_("Currency"), choices=[("EUR", "EUR"), ("USD", "USD")])
        super().__init__((amount, currency), widget=AmountWidget, **kwargs)

    def compress(self, data_list: list[Any]) -> str:
        """Put the parts together."""
        # The currency has a value from the start: without an amount nothing was filled in.
        return " ".join(map(str, data_list)) if data_list and data_list[0] is not None else ""


class NamedSelects(forms.SelectDateWidget):
    """Draw a date as three selects, each with a name of its own: without one a screen reader tells them not apart."""

    names = {"year": _("Year"), "month": _("Month"), "day": _("Day")}

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Name the selects."""
        context = super().get_context(name, value, attrs)
        for select in context["widget"]["subwidgets"]:
            select["attrs"]["aria-label"] = self.names[select["name"].rpartition("_")[2]]
        return context


class FieldsForm(forms.Form):
    """Hold every core form field of Django's but files; five of them must be filled in."""

    # Text
    char = forms.CharField(label=_("Name"), max_length=40, widget=forms.TextInput({"autocomplete": "name"}))
    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput({"autocomplete": "email"}))
    text = forms.CharField(label=_("Remarks"), max_length=500, widget=forms.Textarea({"rows": 3}), required=False)
    password = forms.CharField(
        label=_("A password"), widget=forms.PasswordInput({"autocomplete": "new-password"}), required=False
    )
    search = forms.CharField(
        label=_("Search"), widget=forms.TextInput({"type": "search", "placeholder": _("Find …")}), required=False
    )
    phone = forms.CharField(
        label=_("Telephone"), widget=forms.TextInput({"type": "tel", "autocomplete": "tel"}), required=False
    )
    colour = forms.RegexField(
        r"^#[0-9a-f]{6}$",
        label=_("Colour"),
        initial="#2c56c9",
        widget=forms.TextInput({"type": "color"}),
        required=False,
    )
    regex = forms.RegexField(r"^[A-Z]{2}-[0-9]{4}$", label=_("Order number"), help_text="AB-1234", required=False)
    url = forms.URLField(label=_("Web address"), assume_scheme="https", required=False)
    slug = forms.SlugField(label=_("Slug"), help_text=_("Letters, digits, - and _"), required=False)
    uuid = forms.UUIDField(label=_("UUID"), required=False)
    ip_address = forms.GenericIPAddressField(label=_("IP address"), required=False)
    combo = forms.ComboField(
        label=_("A short e-mail address"),
        fields=[forms.CharField(max_length=20), forms.EmailField()],
        help_text=_("A ComboField: at most 20 characters."),
        required=False,
    )
    json = forms.JSONField(label=_("JSON"), initial={"tea": 2}, widget=forms.Textarea({"rows": 3}), required=False)
    hidden = forms.CharField(widget=forms.HiddenInput, initial="unseen", required=False)

    # Numbers
    integer = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=99, initial=1)
    slider = forms.IntegerField(
        label=_("Volume"), min_value=0, max_value=10, widget=forms.NumberInput({"type": "range"}), required=False
    )
    decimal = forms.DecimalField(label=_("Price"), max_digits=8, decimal_places=2, min_value=0, required=False)
    float = forms.FloatField(label=_("Temperature"), widget=forms.NumberInput({"step": "any"}), required=False)
    amount = AmountField(label=_("Amount and currency"), require_all_fields=True, required=False)

    # Times
    date = forms.DateField(label=_("Day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), required=False)
    select_date = forms.DateField(
        label=_("Day of birth"), widget=NamedSelects(years=range(2026, 1925, -1)), required=False
    )
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"), required=False)
    datetime = forms.DateTimeField(
        label=_("Day and time"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        required=False,
    )
    split_datetime = forms.SplitDateTimeField(
        label=_("Day, then time"),
        widget=forms.SplitDateTimeWidget(
            {"type": "text"},
            date_attrs=DAY,
            time_attrs=TIME,
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        ),
        required=False,
    )
    duration = forms.DurationField(label=_("Duration"), help_text="2 03:30:00", required=False)

    # Choices
    choice = forms.ChoiceField(label=_("Size"), choices=SIZES, widget=forms.RadioSelect)
    drink = forms.ChoiceField(label=_("Drink"), choices=[("", _("None")), *DRINKS], required=False)
    typed_choice = forms.TypedChoiceField(
        label=_("Stars"), choices=[("", _("None")), *STARS], coerce=int, empty_value=None, required=False
    )
    multiple = forms.MultipleChoiceField(
        label=_("Sizes in stock"), choices=SIZES, widget=forms.CheckboxSelectMultiple, required=False
    )
    multiple_select = forms.MultipleChoiceField(label=_("Drinks"), choices=DRINKS, required=False)
    typed_multiple = forms.TypedMultipleChoiceField(
        label=_("Several ratings"), choices=STARS, coerce=int, required=False
    )
    team = forms.ModelChoiceField(Group.objects.order_by("name"), label=_("Team"), required=False)
    teams = forms.ModelMultipleChoiceField(
        Group.objects.order_by("name"), label=_("More teams"), widget=forms.CheckboxSelectMultiple, required=False
    )
    file_path = forms.FilePathField(FOLDER, match=r"\.py$", label=_("A file of this demo"), required=False)
    null_boolean = forms.NullBooleanField(label=_("Vegetarian"), required=False)
    newsletter = forms.BooleanField(label=_("Send me the newsletter"), required=False)
    boolean = forms.BooleanField(label=_("I have read all of this"))

    class Page:
        title = _("Every Django form field")
        description = _(
            "Fill in the name, the e-mail address, the size and the last box. All the rest may stay as it is."
        )
        submit = _("Continue")
