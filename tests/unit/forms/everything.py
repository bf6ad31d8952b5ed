"""One form with every core Django form field and widget but files, and what may and may not be sent to each field."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.contenttypes.models import ContentType
from django.core import validators

COLOURS = [("r", "Red"), ("g", "Green"), ("b", "Blue")]
MEDIA = [("", "---------"), ("Audio", [("lp", "Vinyl"), ("cd", "CD")]), ("Video", [("dvd", "DVD")]), ("?", "Other")]
FOLDER = str(Path(__file__).parent / "files")


class PhoneWidget(forms.MultiWidget):
    """Two inputs for one number."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {"country": forms.TextInput({"autocomplete": "tel-country-code"}), "number": forms.TextInput}, attrs
        )

    def decompress(self, value: str | None) -> list[str | None]:
        return list(value.split(" ", 1)) if value else [None, None]


class PhoneField(forms.MultiValueField):
    """A number made of two texts."""

    def __init__(self, **kwargs: Any) -> None:
        parts = (
            forms.CharField(label="Country code", max_length=4),
            forms.IntegerField(min_value=100),
        )
        super().__init__(parts, widget=PhoneWidget, **kwargs)

    def compress(self, data_list: list[Any]) -> str:
        return " ".join(map(str, data_list))


class EverythingForm(forms.Form):
    """Every core field with its own widget, and every core widget at least once."""

    char = forms.CharField(min_length=2, max_length=5, help_text="Two to <b>five</b> letters &amp; no more")
    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), required=False)
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))
    pin = forms.IntegerField(widget=forms.PasswordInput, required=False)
    hidden = forms.CharField(widget=forms.HiddenInput, initial="h")
    colour = forms.CharField(widget=forms.TextInput(attrs={"type": "color"}), required=False)
    search = forms.CharField(widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name"}), required=False)
    email = forms.EmailField()
    url = forms.URLField(assume_scheme="https")
    slug = forms.SlugField()
    unicode_slug = forms.SlugField(allow_unicode=True, required=False)
    regex = forms.RegexField(r"^[a-z]{3}$", required=False)
    numbers = forms.CharField(validators=[validators.validate_comma_separated_integer_list], required=False)
    uuid = forms.UUIDField()
    ip = forms.GenericIPAddressField()
    ipv4 = forms.GenericIPAddressField(protocol="IPv4", required=False)
    ipv6 = forms.GenericIPAddressField(protocol="IPv6", required=False)
    integer = forms.IntegerField(min_value=0, max_value=100, step_size=5)
    odd = forms.IntegerField(min_value=1, step_size=2, required=False)
    slider = forms.IntegerField(min_value=0, max_value=10, widget=forms.NumberInput({"type": "range"}), required=False)
    year = forms.IntegerField(
        widget=forms.Select(choices=[("", "Year"), (2025, "2025"), (2026, "2026")]), required=False
    )
    float = forms.FloatField(min_value=-1.5)
    decimal = forms.DecimalField(max_digits=8, decimal_places=2)
    boolean = forms.BooleanField()
    optional_boolean = forms.BooleanField(required=False)
    boolean_select = forms.BooleanField(widget=forms.Select(choices=[("1", "On"), ("0", "Off")]), required=False)
    null_boolean = forms.NullBooleanField(required=False)
    null_boolean_radio = forms.NullBooleanField(
        widget=forms.RadioSelect(choices=[("", "Rather not say"), ("1", "Yes"), ("0", "No")]), required=False
    )
    date = forms.DateField()
    date_select = forms.DateField(widget=forms.SelectDateWidget(years=range(2020, 2031)), required=False)
    date_native = forms.DateField(widget=forms.DateInput(attrs={"type": "date", "min": "2020-01-01"}), required=False)
    date_german = forms.DateField(input_formats=["%d.%m.%y"], required=False)
    time = forms.TimeField()
    datetime = forms.DateTimeField()
    split_datetime = forms.SplitDateTimeField(required=False)
    split_hidden = forms.SplitDateTimeField(widget=forms.SplitHiddenDateTimeWidget, required=False)
    duration = forms.DurationField()
    choice = forms.ChoiceField(choices=COLOURS)
    media = forms.ChoiceField(choices=MEDIA, required=False)
    radio = forms.ChoiceField(choices=[("", "None"), *COLOURS], widget=forms.RadioSelect, required=False)
    typed_choice = forms.TypedChoiceField(choices=[(1, "One"), (2, "Two")], coerce=int)
    widget_choice = forms.CharField(widget=forms.Select(choices=COLOURS), required=False)
    called_choice = forms.ChoiceField(choices=lambda: COLOURS, required=False)
    multiple = forms.MultipleChoiceField(choices=COLOURS)
    checkboxes = forms.MultipleChoiceField(choices=MEDIA[1:], widget=forms.CheckboxSelectMultiple, required=False)
    multiple_hidden = forms.MultipleChoiceField(choices=COLOURS, widget=forms.MultipleHiddenInput, required=False)
    typed_multiple = forms.TypedMultipleChoiceField(choices=[(1, "One"), (2, "Two")], coerce=int, required=False)
    file_path = forms.FilePathField(FOLDER, match=r"\.txt$", required=False)
    json = forms.JSONField(required=False)
    combo = forms.ComboField(fields=[forms.CharField(max_length=20), forms.EmailField()], required=False)
    phone = PhoneField(required=False)
    model = forms.ModelChoiceField(ContentType.objects.order_by("pk"), required=False)
    models = forms.ModelMultipleChoiceField(ContentType.objects.order_by("pk"), required=False)


ID = "8f14e45f-ceea-467f-9575-2ad5d0d2a3b4"
MOMENT = "2026-10-24T14:30:59+00:00"
INSTANT = dt.datetime(2026, 10, 24, 14, 30, 59, tzinfo=dt.UTC)
FILE = f"{FOLDER}/a.txt"

SAMPLES: dict[str, tuple[Any, Any]] = {
    "char": ("Zoë", "Zoë"),
    "text": ("one\ntwo", "one\ntwo"),
    "password": ("s3cret", "s3cret"),
    "pin": (1234, 1234),
    "hidden": ("h", "h"),
    "colour": ("#336699", "#336699"),
    "search": ("needle", "needle"),
    "email": ("ann@example.com", "ann@example.com"),
    "url": ("https://example.com/a?b=c", "https://example.com/a?b=c"),
    "slug": ("a-slug_1", "a-slug_1"),
    "unicode_slug": ("größe", "größe"),
    "regex": ("abc", "abc"),
    "numbers": ("1,22,333", "1,22,333"),
    "uuid": (ID, uuid.UUID(ID)),
    "ip": ("2001:db8::1", "2001:db8::1"),
    "ipv4": ("192.0.2.1", "192.0.2.1"),
    "ipv6": ("2001:db8::2", "2001:db8::2"),
    "integer": (35, 35),
    "odd": (7, 7),
    "slider": (0, 0),
    "year": (2026, 2026),
    "float": (1234.567, 1234.567),
    "decimal": (1234.56, Decimal("1234.56")),
    "boolean": (True, True),
    "optional_boolean": (False, False),
    "boolean_select": (True, True),
    "null_boolean": (False, False),
    "null_boolean_radio": (True, True),
    "date": ("2026-10-25", dt.date(2026, 10, 25)),
    "date_select": ("2026-02-03", dt.date(2026, 2, 3)),
    "date_native": ("2026-12-31", dt.date(2026, 12, 31)),
    "date_german": ("2026-12-31", dt.date(2026, 12, 31)),
    "time": ("14:30:59", dt.time(14, 30, 59)),
    "datetime": (MOMENT, INSTANT),
    "split_datetime": (MOMENT, INSTANT),
    "split_hidden": (MOMENT, INSTANT),
    "duration": ("2 03:04:05", dt.timedelta(days=2, hours=3, minutes=4, seconds=5)),
    "choice": ("g", "g"),
    "media": ("cd", "cd"),
    "radio": ("b", "b"),
    "typed_choice": ("2", 2),
    "widget_choice": ("r", "r"),
    "called_choice": ("r", "r"),
    "multiple": (["r", "b"], ["r", "b"]),
    "checkboxes": (["lp", "?"], ["lp", "?"]),
    "multiple_hidden": (["g"], ["g"]),
    "typed_multiple": (["1", "2"], [1, 2]),
    "file_path": (FILE, FILE),
    "json": ('{"a": [1, 2]}', {"a": [1, 2]}),
    "combo": ("bob@example.com", "bob@example.com"),
    "phone": ({"country": "+49", "number": 12345}, "+49 12345"),
}
"""A legal JSON value of each field but those of models, and what the field makes of it."""

VALID = {name: sent for name, (sent, _cleaned) in SAMPLES.items()}

INVALID: dict[str, list[Any]] = {
    "char": ["a", "abcdef", 12, None],
    "pin": ["1234", 1.5],
    "email": ["ann", "ann@", 1],
    "url": ["not a url"],
    "slug": ["a b", "ä"],
    "numbers": ["1,,2", "a"],
    "uuid": ["8f14e45f"],
    "ip": ["x" * 40],
    "ipv4": ["2001:db8::1", "1.2.3"],
    "ipv6": ["192.0.2.1"],
    "integer": [101, -5, 7, 2.5, "35"],
    "odd": [0],
    "slider": [11],
    "year": [2024],
    "float": [-2, "1"],
    "decimal": ["1"],
    "boolean": [False, "on"],
    "optional_boolean": [1],
    "null_boolean": ["unknown"],
    "date": ["25.10.2026", "2026-13-01"],
    "datetime": ["2026-10-25", "2026-10-25T14:30:59"],
    "choice": ["x", "", ["g"]],
    "media": ["", "Audio"],
    "radio": ["x"],
    "typed_choice": [1],
    "multiple": [[], ["r", "r"], ["x"], "r"],
    "checkboxes": [["", "lp"]],
    "file_path": ["/etc/passwd"],
    "combo": ["x" * 21 + "@example.com", "x"],
    "phone": [{"country": "+4900", "number": 1}, "+49 12345"],
}
"""What the schema of a field refuses."""
