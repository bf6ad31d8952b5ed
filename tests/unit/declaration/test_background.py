"""Where a step may run in the background."""

from __future__ import annotations

import pytest
from django import forms

from wfapp import Context, Parallel, Workflow, step
from wfapp.errors import DeclarationError


class NameForm(forms.Form):
    label = forms.CharField()


def test_a_page_is_no_work() -> None:
    """It waits for somebody, and no worker does."""
    with pytest.raises(DeclarationError, match="step 'ask' has a form and background; a page collects"):

        class Asking(Workflow[Context]):
            name = "background/asking"
            ask = step(form=NameForm, background=True)  # type: ignore[call-overload]


def test_a_group_runs_in_one_place() -> None:
    """Behind a background step it runs in its worker."""
    with pytest.raises(DeclarationError, match=r"Parallel\('both'\): step 'one' says background=True"):

        class Together(Workflow[Context]):
            name = "background/together"
            steps = [Parallel("both", ["one", "two"])]

            @step(background=True)
            def one(self) -> None: ...

            @step
            def two(self) -> None: ...


def test_it_is_durable() -> None:
    """Without saying so."""

    class Making(Workflow[Context]):
        name = "background/making"

        @step(background=True)
        def make(self) -> None: ...

    assert "make" in Making.structure.durable
