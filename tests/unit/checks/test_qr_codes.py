"""A QR code needs segno."""

from __future__ import annotations

import sys

import pytest
from django import forms
from django.core.checks import Error

from wfapp import Context, Workflow, step
from wfapp.checks.workflows import check_qr_codes
from wfapp.fields import Copyable, QRCode


class CodeContext(Context):
    address: str = ""


class CodeForm(forms.Form):
    text = Copyable(source="address")
    code = QRCode(source="address")


def test_a_qr_code_without_segno(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names step, field and the extra."""

    class Show(Workflow[CodeContext]):
        name = "tests/code"
        look = step(form=CodeForm, passes=["address"])

    assert check_qr_codes() == []
    monkeypatch.setitem(sys.modules, "segno", None)
    assert check_qr_codes() == [
        Error(
            "tests/code: step 'look' shows the QR code 'code', and segno is missing.",
            hint="Install the extra: pip install wfapp[qr].",
            obj=Show,
            id="wfapp.E208",
        )
    ]
