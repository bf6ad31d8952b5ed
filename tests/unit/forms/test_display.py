"""Fields that only show: drawn by Django, described to clients, and deaf."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from django import forms
from django.http import QueryDict

from wfapp.fields import Copyable, Paragraph, QRCode
from wfapp.forms import (
    compile_payload,
    describe,
    fill,
    has_displays,
    ignore_displays,
    initial_values,
    merge,
    show,
    typed,
    unknown_keys,
    view_fields,
)

URI = "otpauth://totp/Ann?secret=JBSWY3DPEHPK3PXP"
PASSED = {"uri": URI, "codes": ["<one>", "two"], "total": 12}


class EnrolForm(forms.Form):
    intro = Paragraph(text="Scan it & go on")
    total = Paragraph(source="total", label="Total", help_text="In all")
    uri = QRCode(source="uri", label="Scan this", help_text="With your <b>app</b>")
    codes = Copyable(source="codes")
    key = Copyable(source="uri")
    name = forms.CharField()

    def clean(self) -> dict[str, Any]:
        self.seen = dict(self.cleaned_data)
        return self.cleaned_data


def drawn(**passed: Any) -> EnrolForm:
    """Give a form that shows."""
    form = EnrolForm()
    show(form, passed)
    return form


def test_the_payload_holds_no_value() -> None:
    """It is a function of the form's class; a fixed text belongs to it."""
    payload = compile_payload(drawn(**PASSED))
    assert payload == compile_payload(EnrolForm())
    assert payload.schema == {
        "type": "object",
        "required": ["name"],
        "properties": {
            "intro": {"type": "null", "title": "", "description": "Scan it & go on"},
            "total": {"type": "null", "title": "Total"},
            "uri": {"type": "null", "title": "Scan this"},
            "codes": {"type": "null", "title": "Codes"},
            "key": {"type": "null", "title": "Key"},
            "name": {"type": "string", "title": "Name"},
        },
    }
    assert payload.ui == {
        "ui:order": ["intro", "total", "uri", "codes", "key", "name"],
        "intro": {"ui:options": {"display": "paragraph"}, "ui:title": " "},
        "total": {"ui:options": {"display": "paragraph"}, "ui:help": "In all"},
        "uri": {"ui:options": {"display": "qrcode"}, "ui:help": "With your app"},
        "codes": {"ui:options": {"display": "copyable"}},
        "key": {"ui:options": {"display": "copyable"}},
    }


def test_the_view_holds_the_values() -> None:
    """As descriptions, which every form renderer draws; a QR code comes with its drawing."""
    form = drawn(**PASSED)
    field: Any = form.fields["uri"]
    assert view_fields(compile_payload(EnrolForm()), form) == {
        "total": {"schema": {"description": "12"}},
        "uri": {"schema": {"description": URI}, "ui": {"ui:options": field.drawing}},
        "codes": {"schema": {"description": "<one>\ntwo"}},
        "key": {"schema": {"description": URI}},
    }


def test_what_has_nothing_to_show_is_left_out() -> None:
    """It is null in the view, and gone from the merged payload."""
    form = drawn(total=12)
    assert list(form.fields) == ["intro", "total", "name"]
    payload = compile_payload(EnrolForm())
    fields = view_fields(payload, form)
    assert (fields["uri"], fields["codes"], fields["key"]) == (None, None, None)
    merged = merge(asdict(payload), {"fields": fields})
    assert merged["schema"] == describe(form, evaluate=True).schema


def test_the_values_of_one_form_are_not_those_of_the_next() -> None:
    """Fields are copied from their class for each form."""
    drawn(**PASSED)
    assert URI not in str(describe(EnrolForm(), evaluate=True))
    assert URI not in EnrolForm().as_div()


def test_django_draws_them() -> None:
    """Escaped, without a name, and without any inline style or script."""
    html = drawn(**PASSED).as_div()
    assert '<div class="wf-paragraph" id="id_intro"><p>Scan it &amp; go on</p></div>' in html
    assert '<span class="wf-label">Total:</span>' in html
    assert "&lt;one&gt;\ntwo</textarea>" in html
    assert f'<input type="text" id="id_key" value="{URI}" readonly' in html
    assert '<label for="id_codes">' in html
    assert '<svg role="img" aria-label="QR code" viewBox="0 0 37 37"' in html
    assert f"<code>{URI}</code>" in html
    assert re.findall(r' name="(.*?)"', html) == ["name"]
    assert re.findall(r"style|onclick|<script", html) == []
    assert str(drawn(**PASSED).media) == '<script src="/static/wfapp/copy.js" type="module"></script>'


def test_what_a_browser_posts_for_them_is_not_read() -> None:
    """It stands in no cleaned data, not even for the form's own clean, and nowhere else."""
    form = EnrolForm(QueryDict("name=Ann&intro=x&total=x&uri=x&codes=x&key=x"))
    ignore_displays(form)
    show(form, PASSED)
    assert form.is_valid()
    assert (form.cleaned_data, form.seen) == ({"name": "Ann"}, {"name": "Ann"})
    assert (typed(form), initial_values(form), form.changed_data) == ({"name": "Ann"}, {"name": "Ann"}, ["name"])
    assert "x" not in [
        field.shown for field in form.fields.values() if isinstance(field, Copyable | Paragraph | QRCode)
    ]


def test_what_a_client_sends_for_them_is_not_read() -> None:
    """A form renderer sends null; anything else is not looked at, and is no unknown key."""
    values = {"name": "Ann", "intro": None, "uri": {"a": [1]}, "codes": "x"}
    data = QueryDict(mutable=True)
    form = EnrolForm(data)
    fill(data, form, values)
    assert (data.dict(), unknown_keys(form, values)) == ({"name": "Ann"}, [])


def test_an_initial_value_is_not_shown() -> None:
    """Nothing but the context is."""
    form = EnrolForm(initial={"key": "initial"})
    show(form, PASSED)
    assert "initial" not in form.as_div()


def test_rows_of_a_formset_show_them() -> None:
    """Each row the same."""
    rows = forms.formset_factory(EnrolForm, extra=2)()
    assert has_displays(rows)
    show(rows, PASSED)
    ignore_displays(rows)
    assert [URI in row.as_div() for row in rows.forms] == [True, True]
