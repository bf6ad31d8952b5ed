"""``class Page`` inside a form, inherited as Django's ``class Media`` is."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms

from wfapp.declaration.page import PageOptions, options_of
from wfapp.errors import DeclarationError

LEGAL = "extend, passes, reveals, title, description, submit, label, files, static"


class BaseForm(forms.Form):
    class Page:
        passes = ["email"]
        reveals = ["code"]
        title = "Base"
        submit = "Send"


class ChildForm(BaseForm):
    class Page:
        passes = ["name", "email"]
        title = "Child"


class PlainForm(ChildForm):
    """Say nothing about its page."""


class FreshForm(ChildForm):
    class Page:
        extend = False
        passes = ["other"]


class SideForm(forms.Form):
    class Page:
        passes = ("side",)
        description = "Side"


class BothForm(ChildForm, SideForm):
    """Inherit from two forms."""


class SharedPage:
    """Describe several pages, without a form."""

    passes = ["shared"]
    submit = "Shared"
    static = True


class UsingForm(forms.Form):
    class Page(SharedPage):
        title = "Using"


def test_a_form_without_a_page_passes_nothing() -> None:
    """With nothing listed a client sees nothing."""
    assert options_of(forms.Form) == PageOptions(
        passes=(), reveals=(), title="", description="", submit="", static=False
    )
    assert options_of(None) == PageOptions()


def test_lists_accumulate_and_texts_override() -> None:
    """A child's list joins its base's, each key once; its texts replace."""
    assert options_of(ChildForm) == PageOptions(
        passes=("email", "name"), reveals=("code",), title="Child", submit="Send"
    )


def test_a_page_is_inherited_whole() -> None:
    """A form that says nothing has the page of its base."""
    assert options_of(PlainForm) == options_of(ChildForm)


def test_extend_false_starts_anew() -> None:
    """Nothing of the bases is left."""
    assert options_of(FreshForm) == PageOptions(passes=("other",))


def test_several_bases_follow_the_mro() -> None:
    """The nearest base wins for texts, the lists of all accumulate."""
    assert options_of(BothForm) == PageOptions(
        passes=("side", "email", "name"), reveals=("code",), title="Child", description="Side", submit="Send"
    )


def test_a_page_may_derive_from_a_class() -> None:
    """What it inherits as a class counts as its own."""
    assert options_of(UsingForm) == PageOptions(passes=("shared",), title="Using", submit="Shared", static=True)


def test_a_text_may_be_a_function() -> None:
    """A function in the class body is a callable (data, ctx)."""

    class CountForm(forms.Form):
        class Page:
            def title(data: Any, ctx: Any) -> str:  # noqa: N805
                return f"{len(data)} fields"

    title: Any = options_of(CountForm).title
    assert title({"a": 1}, {}) == "1 fields"


def test_overlaid_takes_page_options_alone() -> None:
    """Keywords of a step that are none of a page's are left to the step."""
    assert PageOptions(passes=("a",), title="A").overlaid({"title": "B", "attempts": 3}) == PageOptions(
        passes=("a",), title="B"
    )


def form_with(**page: Any) -> type[forms.Form]:
    """Make a form with these page options."""
    return type("PageForm", (forms.Form,), {"Page": type("Page", (), page)})


@pytest.mark.parametrize(
    ("page", "message"),
    [
        ({"pases": ["email"]}, f"PageForm.Page: unknown option 'pases'; legal are {LEGAL}."),
        ({"passes": "email"}, "PageForm.Page: passes is 'email'; it must be a list of names, such as ['email']."),
        ({"reveals": [3]}, "PageForm.Page: reveals is [3]; it must be a list of names, such as ['email']."),
        ({"passes": None}, "PageForm.Page: passes is None; it must be a list of names, such as ['email']."),
        (
            {"title": None},
            "PageForm.Page: title is None; it must be a text, a template, a callable or the name of a method.",
        ),
        (
            {"label": len},
            f"PageForm.Page: label is {len!r}; it must be a plain text: other pages show it, without any key.",
        ),
    ],
)
def test_mistakes(page: dict[str, Any], message: str) -> None:
    """A wrong option is named with the legal ones."""
    with pytest.raises(DeclarationError) as caught:
        options_of(form_with(**page))
    assert str(caught.value) == message
