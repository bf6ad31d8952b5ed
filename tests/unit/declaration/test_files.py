"""Limits of the files of a page."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms

from wfapp import Files, step
from wfapp.declaration.page import options_of
from wfapp.errors import DeclarationError


@pytest.mark.parametrize("options", [{"max_size": 0}, {"max_count": -1}, {"max_size": "5 MB"}, {"max_count": True}])
def test_limits_are_positive_numbers(options: dict[str, Any]) -> None:
    """The error names the bad one."""
    ((name, value),) = options.items()
    with pytest.raises(DeclarationError) as caught:
        Files(**options)
    assert str(caught.value) == f"Files: {name} is {value!r}; it must be a positive number."


def test_a_step_and_a_page_take_files_alone() -> None:
    """A bare number is a common slip."""
    with pytest.raises(DeclarationError) as caught:
        step(form=forms.Form, files=5)  # type: ignore[call-overload]
    assert str(caught.value) == "step: files is 5; it must be Files(max_size=…, max_count=…)."

    class Wrong(forms.Form):
        class Page:
            files = 5

    with pytest.raises(DeclarationError) as caught:
        options_of(Wrong)
    assert str(caught.value).endswith("Wrong.Page: files is 5; it must be Files(max_size=…, max_count=…).")


def test_the_step_wins_over_the_page() -> None:
    """As with every option of a page."""

    class Paged(forms.Form):
        class Page:
            files = Files(max_count=1)

    assert step(form=Paged).page_of(Paged).files == Files(max_count=1)
    assert step(form=Paged, files=Files(max_count=2)).page_of(Paged).files == Files(max_count=2)
