"""Fields whose value is a date, a time or both: ISO 8601 on the wire, whatever the language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import DateField, DateTimeField, Field, MultiWidget, SplitDateTimeField, TimeField, Widget
from django.forms.fields import BaseTemporalField
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.formats import sanitize_strftime_format
from django.utils.translation import gettext_lazy as _

from wfapp.forms.kinds.base import Json, Kind, WrongType, kind_for, kind_of
from wfapp.forms.posting import Posted, inner_widgets, post

__all__ = ["Date", "DateTime", "Moment", "Time"]


class Moment(Kind):
    """Carry a date or a time of day."""

    parse: Callable[[str], date | time | None]

    def prepare(self, field: Field, initial: Any) -> Any:
        return initial

    def encode(self, field: Field, widget: Widget, value: Any) -> object:
        if value in field.empty_values:
            return None
        try:
            found = field.to_python(value if isinstance(value, date | time) else str(value))
        except ValidationError:
            return str(value)
        return None if found is None else found.isoformat()

    def decode(self, field: Field, widget: Widget, name: str, value: object) -> Posted:
        text = _text(value)
        parsed = _parsed(type(self).parse, text)
        if parsed is not None and isinstance(field, BaseTemporalField):
            text = _in_a_format_of(field, text, parsed)
        return post(field, widget, name, text)


@kind_for(DateField)
class Date(Moment):
    """Carry a date: ``2026-10-25``."""

    parse = staticmethod(parse_date)

    def schema(self, field: Field, widget: Widget) -> Json:
        return {"type": "string", "format": "date"}


@kind_for(TimeField)
class Time(Moment):
    """Carry a time of day: ``14:30:59``. The schema names no format: that of JSON Schema demands an offset from UTC."""

    widget = "time"
    parse = staticmethod(parse_time)

    def schema(self, field: Field, widget: Widget) -> Json:
        return {"type": "string"}


@kind_for(DateTimeField, SplitDateTimeField)
class DateTime(Moment):
    """Carry a date with its time, from one input or from two: ``2026-10-25T14:30:59+02:00``.

    Without an offset it is taken in the active time zone; without ``USE_TZ`` values have none.
    """

    widget = "datetime"

    def schema(self, field: Field, widget: Widget) -> Json:
        return {"type": "string", "format": "date-time"} if settings.USE_TZ else {"type": "string"}

    def encode(self, field: Field, widget: Widget, value: Any) -> object:
        if value in field.empty_values:
            return None
        parts = value if isinstance(value, list | tuple) else None
        reader = field if isinstance(field, DateTimeField) else DateTimeField()
        try:
            found = field.clean(parts) if parts else reader.to_python(value if isinstance(value, date) else str(value))
            if found is not None and timezone.is_aware(found):
                found = timezone.localtime(found)
        except (ValidationError, OverflowError):
            return " ".join(filter(None, parts)) or None if parts else str(value)
        return None if found is None else found.isoformat()

    def decode(self, field: Field, widget: Widget, name: str, value: object) -> Posted:
        text = _text(value)
        moment = _parsed(parse_datetime, text)
        if moment is not None:
            moment = _in_this_zone(moment)
            text = moment.isoformat()
        if not (isinstance(field, SplitDateTimeField) and isinstance(widget, MultiWidget)):
            return post(field, widget, name, text)
        parts = [text, ""] if moment is None else [moment.date().isoformat(), moment.time().isoformat()]
        posted: Posted = {}
        for part, (suffix, inner), part_text in zip(field.fields, inner_widgets(widget), parts, strict=False):
            posted |= kind_of(part, inner).decode(part, inner, name + suffix, part_text)
        return posted


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise WrongType(_("text"))
    return value.strip()


def _parsed(parse: Callable[[str], Any], text: str) -> Any:
    """Read ISO 8601; None for text that is none, which the field then refuses in its own words."""
    try:
        return parse(text)
    except ValueError:
        return None


def _in_a_format_of(field: BaseTemporalField, text: str, parsed: date | time) -> str:
    """Write a date or time so that the field reads it: one with ``input_formats`` of its own may not know ISO 8601."""
    formats = [sanitize_strftime_format(item) for item in field.input_formats or ()]
    for candidate in [text, *(parsed.strftime(item) for item in formats)]:
        try:
            if field.to_python(candidate) == parsed:
                return candidate
        except ValidationError:
            continue
    return text


def _in_this_zone(moment: datetime) -> datetime:
    """Move a moment into the active time zone, or into the site's without ``USE_TZ``, where databases refuse an offset.

    Year 1 or 9999 may have no such moment in UTC, which databases store: no field tells, so the wire refuses it.
    """
    try:
        aware = moment if timezone.is_aware(moment) else timezone.make_aware(moment)
        aware.astimezone(UTC)
        if not settings.USE_TZ:
            return timezone.make_naive(moment, timezone.get_default_timezone()) if timezone.is_aware(moment) else moment
        return timezone.localtime(moment) if timezone.is_aware(moment) else moment
    except (OverflowError, ValueError) as error:
        raise WrongType(_("a date that exists in every time zone")) from error
