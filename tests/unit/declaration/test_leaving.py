"""How an end leads on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from wfapp import Abort, Choice, Finish, Skip
from wfapp.declaration.leaving import milliseconds
from wfapp.errors import DeclarationError

AFTER = "it must be seconds or a timedelta, more than 0 and at most a day."
REDIRECT = "it must be a path of this site such as '/orders/', or a URL of an allowed host."


def refusal(make: Any, *args: Any, **options: Any) -> str:
    """Give the message that making this raises."""
    with pytest.raises(DeclarationError) as raised:
        make(*args, **options)
    return str(raised.value)


@pytest.mark.parametrize(
    ("after", "length"),
    [(4, 4000), (0.5, 500), (0.0001, 1), (timedelta(minutes=1), 60_000), (timedelta(days=1), 86_400_000)],
)
def test_a_countdown_is_in_seconds_or_a_timedelta(after: Any, length: int) -> None:
    """The wire has it in milliseconds."""
    assert milliseconds("Finish", Finish(after=after).after) == length


@pytest.mark.parametrize(
    "after", [0, -1, True, "4", float("nan"), float("inf"), timedelta(0), timedelta(days=2), 86_401]
)
def test_no_other_countdown_is_taken(after: Any) -> None:
    """None that is over, and none so long that a browser's timer overflows."""
    assert refusal(Finish, after=after) == f"Finish: after is {after!r}; {AFTER}"


def test_a_skip_is_named_or_made() -> None:
    """A bare behavior gets a label of wfapp's own."""
    assert Finish(after=4, skip="now").skip == Skip("", "now")
    assert Abort("late", after=4, skip="cancel").skip == Skip("", "cancel")
    assert Finish(after=4, skip=Skip("Wait", "cancel")).skip == Skip("Wait", "cancel")


@pytest.mark.parametrize("skip", ["later", "", True, 1])
def test_no_other_skip_is_taken(skip: Any) -> None:
    """The error names what is."""
    assert refusal(Finish, after=4, skip=skip) == (
        f"Finish: skip is {skip!r}; legal are 'now', 'cancel' and a Skip(label, behavior)."
    )
    assert refusal(Skip, "Wait", skip) == f"Skip: behavior is {skip!r}; legal are 'now' and 'cancel'."


def test_a_skip_needs_a_countdown() -> None:
    """Nothing else can be skipped."""
    assert refusal(Abort, "late", skip="now") == (
        "Abort: skip is Skip(label='', behavior='now') without after; there is no countdown to skip."
    )


def test_choices_are_frozen() -> None:
    """A list becomes a tuple, in its order."""
    choices = [Choice("Shop", "/shop/"), Choice(_("Again"), reload=True)]
    assert Finish(choices=choices).choices == Abort("late", choices=choices).choices == tuple(choices)


def test_a_lazy_text_and_a_lazy_address_are_taken() -> None:
    """Neither is evaluated before the round ends."""
    choice = Choice(_("Home"), reverse_lazy("no-such-route"))
    assert Finish(redirect=reverse_lazy("no-such-route"), after=1).redirect is not None
    assert Finish(choices=[choice]).choices == (choice,)


@pytest.mark.parametrize("choices", ["/shop/", Choice("Shop", "/shop/"), 7, None])
def test_choices_are_a_list(choices: Any) -> None:
    """A bare one is a common slip."""
    assert refusal(Finish, choices=choices) == f"Finish: choices is {choices!r}; it must be a list of Choice."


def test_choices_hold_nothing_else() -> None:
    """A pair of label and address is none."""
    assert refusal(Finish, choices=[("Shop", "/shop/")]) == (
        "Finish: choices has ('Shop', '/shop/'); it must be a list of Choice."
    )


def test_choices_leave_it_to_the_person() -> None:
    """With a redirect or a countdown beside them it would be unclear what happens."""
    choices = [Choice("Shop", "/shop/")]
    end = "beside choices; with choices the person decides, so leave it out."
    assert refusal(Finish, redirect="/a/", choices=choices) == f"Finish: redirect is '/a/' {end}"
    assert refusal(Abort, "late", after=4, choices=choices) == f"Abort: after is 4 {end}"


@pytest.mark.parametrize(
    ("options", "given"),
    [
        ({}, "redirect is None, reload is False and dismiss is False"),
        ({"redirect": "/a/", "reload": True}, "redirect is '/a/', reload is True and dismiss is False"),
        ({"reload": True, "dismiss": True}, "redirect is None, reload is True and dismiss is True"),
    ],
)
def test_a_choice_does_one_thing(options: Any, given: str) -> None:
    """It goes somewhere, starts again, or closes."""
    assert refusal(Choice, "Go", **options) == (
        f"Choice 'Go': {given}; give exactly one: redirect='/path/', reload=True or dismiss=True."
    )


@pytest.mark.parametrize("label", ["", None, 7])
def test_a_choice_has_a_label(label: Any) -> None:
    """A link without a text cannot be found."""
    assert refusal(Choice, label, "/a/") == f"Choice: label is {label!r}; it must be a text that is not empty."


def test_a_skip_has_a_text() -> None:
    """Or none."""
    assert refusal(Skip, 7) == "Skip: label is 7; it must be a text."


@pytest.mark.parametrize("redirect", [None, 7, ["/a/"]])
def test_a_redirect_is_a_text(redirect: Any) -> None:
    """Where it leads is checked when it is delivered, since it may come from a client."""
    assert refusal(Finish, redirect=redirect) == f"Finish: redirect is {redirect!r}; {REDIRECT}"
    assert Finish(redirect="//evil.example").redirect == "//evil.example"
    assert Choice("Go", "").redirect == ""


def test_a_choice_goes_to_a_text() -> None:
    """A number is none."""
    assert refusal(Choice, "Go", 7) == f"Choice 'Go': redirect is 7; {REDIRECT}"
