"""Form fields that only show: a paragraph, a QR code, a text to copy. Nothing is posted back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, ClassVar, TypeAlias

from django import forms
from django.forms import BoundField
from django.utils.formats import localize
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wfapp.errors import DeclarationError, NotAvailable

__all__ = ["Copyable", "Display", "DisplayWidget", "Paragraph", "QRCode", "displays_of", "drawing_of"]

Words: TypeAlias = str | Promise

QUIET = 4
"""How many modules of white a scanner wants around a QR code (ISO/IEC 18004)."""

LONGEST_CODE = 2331
"""How many bytes the largest QR code holds at level M, which bears 15 % of damage."""


class DisplayWidget(forms.Widget):
    """Draw what its field shows. It has no name in HTML, and reads nothing that was posted."""

    shown = ""

    def value_from_datadict(self, data: Mapping[str, Any], files: Mapping[str, Any], name: str) -> Any:
        """Read nothing, whatever was posted."""
        return None

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Mapping[str, Any], name: str) -> bool:
        """Say that nothing was posted."""
        return True

    def id_for_label(self, id_: str) -> str:
        """Give no id: there is no input that a label could belong to."""
        return ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Give the template the text that is shown; the value of the field is left aside."""
        context = super().get_context(name, None, attrs)
        context["widget"]["shown"] = self.shown
        return context


class _ShownField(BoundField):
    """Draw a label that belongs to no input as plain text."""

    def label_tag(
        self,
        contents: str | None = None,
        attrs: dict[str, Any] | None = None,
        label_suffix: str | None = None,
        tag: str | None = None,
    ) -> Any:
        """Give the label, as ``label`` only where an input has it."""
        if tag is None and not self.id_for_label:
            tag, attrs = "span", {"class": "wf-label", **(attrs or {})}
        return super().label_tag(contents, attrs, label_suffix, tag)


class Display(forms.Field):
    """Show the value of one passed or revealed key of the context, and never anything that a client sent.

    It is in no ``cleaned_data``, no kept answer and no ``data``. Where its key is ``None`` or empty it is left out.
    """

    name: ClassVar[str]
    """What a client calls it, in ``ui:options.display``."""

    shown = ""
    """The text that is shown now."""

    drawing: Mapping[str, Any] = MappingProxyType({})
    """What a client needs to draw it, beside its text."""

    text: Words | None = None
    """A fixed text, of the kinds that take one."""

    widget = DisplayWidget
    bound_field_class = _ShownField

    def __init__(self, *, source: str, label: Words | None = None, help_text: Words = "", **options: Any) -> None:
        if self.text is None and not (isinstance(source, str) and source.isidentifier()):
            raise DeclarationError(f"{type(self).__name__}: source is {source!r}; it must be the name of a key.")
        self.source = source
        given: dict[str, Any] = {"label": label, "help_text": help_text, **options}
        super().__init__(required=False, disabled=True, **given)

    def text_of(self, passed: Mapping[str, Any]) -> str:
        """Give the text to show; an empty one shows nothing."""
        return _text(passed.get(self.source))

    def show(self, passed: Mapping[str, Any]) -> bool:
        """Take the text from the passed context; tell whether there is one."""
        self.shown = self.widget.shown = self.text_of(passed)
        return bool(self.shown)


class _ParagraphWidget(DisplayWidget):
    template_name = "wfapp/widgets/paragraph.html"


class Paragraph(Display):
    """Show a text between the fields: a fixed ``text``, or the value of a key as the language writes it."""

    name = "paragraph"
    widget = _ParagraphWidget

    def __init__(self, *, text: Words | None = None, source: str = "", label: Words = "", **options: Any) -> None:
        # No look into the text: a lazy translation cannot be read while apps are loaded.
        if (text is None) == (source == ""):
            had = "neither text nor" if text is None else "both text and"
            raise DeclarationError(f"Paragraph: it has {had} source; give one of them.")
        self.text = text
        super().__init__(source=source, label=label, **options)

    def text_of(self, passed: Mapping[str, Any]) -> str:
        """Give the fixed text, or the value."""
        return str(self.text) if self.text is not None else _text(passed.get(self.source), localize)


class _CopyableWidget(DisplayWidget):
    template_name = "wfapp/widgets/copyable.html"

    class Media:
        js = (forms.Script("wfapp/copy.js", type="module"),)

    def id_for_label(self, id_: str) -> str:
        """Give the id of the read-only input."""
        return id_

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add how many lines there are."""
        context = super().get_context(name, value, attrs)
        context["widget"]["rows"] = self.shown.count("\n") + 1
        return context


class Copyable(Display):
    """Show a text that is to be copied, such as a key; a list of texts, such as recovery codes, line by line."""

    name = "copyable"
    widget = _CopyableWidget


class _QRCodeWidget(DisplayWidget):
    template_name = "wfapp/widgets/qr_code.html"
    drawing: Mapping[str, Any] = MappingProxyType({})
    alternative: Words = ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Add the drawing and its text alternative."""
        context = super().get_context(name, value, attrs)
        context["widget"] |= {**self.drawing, "alternative": self.alternative}
        return context


class QRCode(Display):
    """Show the value of a key as a QR code, and as text for whoever cannot scan it. Needs ``wfapp[qr]``.

    ``alternative`` names the drawing for a screen reader. ``drawing`` is the path of an SVG, and its width and height.
    """

    name = "qrcode"
    widget = _QRCodeWidget

    def __init__(self, *, source: str, alternative: Words | None = None, **options: Any) -> None:
        super().__init__(source=source, **options)
        self.widget.alternative = _("QR code") if alternative is None else alternative

    def show(self, passed: Mapping[str, Any]) -> bool:
        """Draw the code, too; raises NotAvailable without segno, and for a text that no code holds."""
        has_text = super().show(passed)
        self.drawing = self.widget.drawing = _drawing(self.source, self.shown) if has_text else {}
        return has_text


def displays_of(form: type[Any]) -> dict[str, Display]:
    """Give the display-only fields that the class of a form or a formset declares, by name."""
    fields = getattr(getattr(form, "form", form), "base_fields", {})
    return {name: field for name, field in fields.items() if isinstance(field, Display)}


def _text(value: Any, write: Callable[[Any], object] = str) -> str:
    """Write a value of a context as text: a list line by line."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        raise NotAvailable("A display-only field shows a text, a number, a date or a list of them, and no mapping.")
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return "\n".join(_text(item, write) for item in value)
    return str(write(value))


def _drawing(source: str, text: str) -> dict[str, Any]:
    if len(text.encode()) > LONGEST_CODE:
        raise NotAvailable(
            f"QRCode(source={source!r}) got {len(text.encode())} bytes; a QR code holds {LONGEST_CODE}: shorten it."
        )
    drawing = drawing_of(text)
    if drawing is None:
        raise NotAvailable("QRCode needs segno: install wfapp[qr].")
    return drawing


def drawing_of(text: str) -> dict[str, Any] | None:
    """Draw a text as a QR code: the ``path`` of an SVG and its ``size``; ``None`` without segno, or for a long text."""
    try:
        segno = import_module("segno")
    except ImportError:
        return None
    if len(text.encode()) > LONGEST_CODE:
        return None
    rows = segno.make(text, error="m", micro=False, encoding="utf-8").matrix
    return {"path": _path(rows), "size": len(rows) + 2 * QUIET}


def _path(rows: Iterable[Iterable[int]]) -> str:
    """Draw the dark modules as one SVG path, a rectangle for each run of them in a row."""
    parts = []
    for y, row in enumerate(rows, start=QUIET):
        dark = "".join(map(str, row))
        x = 0
        for run in dark.split("0"):
            if run:
                parts.append(f"M{x + QUIET} {y}h{len(run)}v1h-{len(run)}z")
            x += len(run) + 1
    return "".join(parts)
