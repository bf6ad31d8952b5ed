"""Fields that only show take their text from the passed context alone."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django import forms
from django.utils import translation
from django.utils.functional import lazy

from wfapp import Context, OpenContext, Secret, Workflow, step
from wfapp.declaration.display import displays_of
from wfapp.errors import DeclarationError, NotAvailable
from wfapp.fields import Copyable, Display, Paragraph, QRCode

URI = "otpauth://totp/Ann?secret=JBSWY3DPEHPK3PXP"


class Ctx(Context):
    note: str = ""
    uri: Secret[str] = ""


class ShowForm(forms.Form):
    note = Paragraph(source="note")
    code = QRCode(source="uri")


def declare(**options: Any) -> type[Workflow[Any]]:
    """Make a workflow with one page that shows both."""
    namespace = {"context_class": Ctx, "name": "fields/show", "look": step(form=ShowForm, **options)}
    cls: type[Workflow[Any]] = type("Show", (Workflow,), namespace)
    return cls


def shown(field: Display, **passed: Any) -> str:
    """Let a field show, and give its text."""
    field.show(passed)
    return field.shown


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Copyable(source=""), "Copyable: source is ''; it must be the name of a key."),
        (lambda: QRCode(source="a.b"), "QRCode: source is 'a.b'; it must be the name of a key."),
        (lambda: Copyable(source=3), "Copyable: source is 3; it must be the name of a key."),  # type: ignore[arg-type]
        (Paragraph, "Paragraph: it has neither text nor source; give one of them."),
        (lambda: Paragraph(text="a", source="b"), "Paragraph: it has both text and source; give one of them."),
    ],
)
def test_mistakes(make: Callable[[], Any], message: str) -> None:
    """They are found when the field is made."""
    with pytest.raises(DeclarationError) as caught:
        make()
    assert str(caught.value) == message


def test_a_lazy_text_is_not_read_early() -> None:
    """A translation cannot be read while apps are loaded."""

    def read() -> str:
        raise AssertionError

    assert isinstance(Paragraph(text=lazy(read, str)()), Paragraph)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"passes": ["note"]},
            "Show: step 'look': field 'code' shows 'uri', which its page neither passes nor reveals; legal are note.",
        ),
        (
            {"reveals": ["uri"]},
            "Show: step 'look': field 'note' shows 'note', which its page neither passes nor reveals; legal are uri.",
        ),
    ],
)
def test_a_source_that_is_not_passed(options: Any, message: str) -> None:
    """It is found when the workflow's class is made."""
    with pytest.raises(DeclarationError) as caught:
        declare(**options)
    assert str(caught.value) == message


def test_a_source_that_is_passed_or_revealed() -> None:
    """Both are legal, in the rows of a formset too, and so is an undeclared key of an open context."""
    declare(passes=["note"], reveals=["uri"])
    rows = forms.formset_factory(ShowForm)
    assert list(displays_of(rows)) == ["note", "code"]

    class Open(Workflow[OpenContext]):
        name = "fields/open"
        look = step(form=type("F", (forms.Form,), {"x": Copyable(source="any")}), passes=["any"])

    assert Open.get_step("look").keeps


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (5, "5"), (None, ""), ("", ""), (0, "0"), ([], ""), (["a", "b"], "a\nb"), (("a", None), "a\n")],
)
def test_what_a_value_looks_like(value: Any, text: str) -> None:
    """A list is written line by line."""
    assert shown(Copyable(source="key"), key=value) == text


def test_a_mapping_is_no_text() -> None:
    """Its author hears of it."""
    with pytest.raises(NotAvailable, match="and no mapping"):
        shown(Copyable(source="key"), key={"a": 1})


def test_a_paragraph_speaks_the_language_and_a_copy_does_not() -> None:
    """What is copied is for machines."""
    passed = {"key": date(2026, 2, 3)}
    with translation.override("de"):
        assert shown(Paragraph(source="key"), **passed) == "3. Februar 2026"
        assert shown(Copyable(source="key"), **passed) == "2026-02-03"


def test_a_qr_code_is_the_code_of_its_text() -> None:
    """Drawn from its path, module by module, it is what segno makes of the text."""
    segno = pytest.importorskip("segno")
    field = QRCode(source="key")
    assert field.show({"key": URI})
    rows = segno.make(URI, error="m", micro=False).matrix
    size = field.drawing["size"]
    drawn = [[0] * size for _row in range(size)]
    for rectangle in field.drawing["path"].split("M")[1:]:
        start, width = rectangle.partition("h")[::2]
        x, y = map(int, start.split())
        for column in range(int(width.partition("v")[0])):
            drawn[y][x + column] += 1
    assert [row[4:-4] for row in drawn[4:-4]] == [list(row) for row in rows]
    assert sum(map(sum, drawn)) == sum(map(sum, rows))


def test_the_largest_qr_code() -> None:
    """One more byte is refused, with the name of the key and not the text."""
    field = QRCode(source="key")
    assert field.show({"key": "ä" * 1165 + "a"})
    with pytest.raises(NotAvailable) as caught:
        field.show({"key": "x" * 2332})
    assert str(caught.value) == "QRCode(source='key') got 2332 bytes; a QR code holds 2331: shorten it."


def test_a_qr_code_without_segno(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra."""
    monkeypatch.setitem(sys.modules, "segno", None)
    with pytest.raises(NotAvailable) as caught:
        QRCode(source="key").show({"key": URI})
    assert str(caught.value) == "QRCode needs segno: install wfapp[qr]."


def test_nothing_to_show_draws_no_code() -> None:
    """And needs no segno."""
    field = QRCode(source="key")
    assert (field.show({}), field.drawing) == (False, {})
