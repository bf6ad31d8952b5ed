"""The forms of a page, as a browser without JavaScript reads them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

__all__ = ["HtmlForm", "forms_of"]

_PRESSED = ("submit", "image")
_SENT_ONLY_WHERE_CHECKED = ("checkbox", "radio")
_NEVER_SENT = ("file", "reset", "button")

Attributes = list[tuple[str, str | None]]


@dataclass(slots=True)
class HtmlForm:
    """Hold a form: where it goes, what it sends as it stands, and its buttons as pairs of name and value."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def names(self) -> set[str]:
        """Give the names of what it sends."""
        return {name for name, _value in self.fields}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []
        self._form: HtmlForm | None = None
        self._text: list[str] | None = None
        self._name = ""
        self._options: list[tuple[str, bool]] = []
        self._multiple = False

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = HtmlForm(given.get("action", ""))
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "input":
            self._input(self._form, given)
        elif tag == "button" and given.get("type", "submit") == "submit" and "name" in given:
            self._form.buttons.append((given["name"], given.get("value", "")))
        elif tag == "textarea" and "disabled" not in given:
            self._name, self._text = given.get("name", ""), []
        elif tag == "select" and "disabled" not in given:
            self._name, self._options, self._multiple = given.get("name", ""), [], "multiple" in given
        elif tag == "option":
            self._options.append((given.get("value", ""), "selected" in given))

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif self._form is None or not self._name:
            return
        elif tag == "textarea" and self._text is not None:
            # A parser of HTML drops the line break that follows the tag.
            self._form.fields.append((self._name, "".join(self._text).removeprefix("\n")))
            self._text, self._name = None, ""
        elif tag == "select":
            self._form.fields += [(self._name, value) for value in self._chosen()]
            self._name = ""

    def _input(self, form: HtmlForm, given: dict[str, str]) -> None:
        kind, name = given.get("type", "text").lower(), given.get("name", "")
        if not name or "disabled" in given or kind in _NEVER_SENT:
            return
        if kind in _PRESSED:
            form.buttons.append((name, given.get("value", "")))
        elif kind not in _SENT_ONLY_WHERE_CHECKED:
            form.fields.append((name, given.get("value", "")))
        elif "checked" in given:
            form.fields.append((name, given.get("value", "on")))

    def _chosen(self) -> list[str]:
        chosen = [value for value, selected in self._options if selected]
        return chosen if chosen or self._multiple else [value for value, _selected in self._options[:1]]


def forms_of(html: str) -> list[HtmlForm]:
    """Read the forms of a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.forms
