"""The buttons of a page, through each door: they do the same, and say the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.integration.actions.doors import DOORS, Door, Pages, Python, Seen

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.integration.actions.workflows")]

NOT_HERE = "This is not possible here."
SPENT = "This is no longer possible: it was used as often as allowed."
WAIT = "Please wait a moment before you try this again."


@pytest.fixture(params=DOORS, ids=lambda door: door.__name__.lower())
def door(request: pytest.FixtureRequest, settings: Any) -> Door:
    """Come to the desk, through each door."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]
    door: Door = request.param()
    assert door.begin().heading == "Desk"
    return door


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that lets time pass."""
    now, passed = timezone.now, [timedelta()]
    monkeypatch.setattr(timezone, "now", lambda: now() + passed[0])

    def pass_by(**time: float) -> None:
        passed[0] += timedelta(**time)

    return pass_by


def test_an_action_that_returns_nothing_stays_with_what_was_typed(door: Door) -> None:
    """No field is looked at: what is wrong with them is not its business."""
    seen = door.press("plain", name="far too long", age="old")
    assert (seen.heading, seen.messages, seen.problems) == ("Desk", ["Plain."], [])
    assert seen.typed == {"name": "far too long", "age": "old"}


def test_an_action_with_data_gets_the_fields_that_are_present(door: Door) -> None:
    """Neither a field that is missing nor the check across fields stops a draft."""
    seen = door.press("save", age="40")
    assert (seen.heading, seen.problems) == ("Desk: [('age', 40)]", [])
    assert {name: str(value) for name, value in seen.typed.items()} == {"age": "40"}


def test_an_action_with_data_refuses_a_field_that_is_wrong(door: Door) -> None:
    """What is present is validated; the page stays with all that was typed."""
    seen = door.press("save", name="far too long", note="n")
    assert (seen.heading, seen.problems) == (
        "Desk",
        ["Ensure this value has at most 5 characters (it has 12)."],
    )
    assert seen.typed == {"name": "far too long", "note": "n"}


@pytest.mark.parametrize("action", ["", "nothing", "desk", "__init__", "hidden", "wf.start.", "account"])
def test_an_id_that_the_page_has_not_is_a_form_error(door: Door, action: str) -> None:
    """An empty one, a step's, a method's, one whose condition does not hold; what was typed stays."""
    seen = door.press(action, name="Ada")
    assert (seen.heading, seen.problems, seen.typed) == ("Desk", [NOT_HERE], {"name": "Ada"})


def test_an_action_is_offered_where_its_condition_holds(door: Door) -> None:
    """``when`` is asked anew for each page."""
    seen = door.press("plain")
    assert "Hidden" not in seen.buttons
    seen = door.press("show")
    assert "Hidden" in seen.buttons
    assert door.press("hidden").messages == ["Found."]


def test_a_cooldown_passes(door: Door, later: Any) -> None:
    """Too soon is refused, and does not make the wait longer."""
    assert door.press("slow").messages == ["Slow."]
    later(seconds=29)
    assert door.press("slow").problems == [WAIT]
    later(seconds=2)
    assert door.press("slow").messages == ["Slow."]


def test_a_limit_per_flow_is_spent(door: Door) -> None:
    """Another flow has its own."""
    assert [door.press("twice", note=note).problems for note in "abc"] == [[], [], [SPENT]]
    door.begin()
    assert door.press("twice").problems == []


def test_a_press_that_its_method_rejects_counts(door: Door) -> None:
    """Or a limit would allow any number of guesses."""
    seen = [door.press("guess", name=name).problems for name in "abc"]
    assert seen == [["Wrong guess."], ["Wrong guess."], [SPENT]]


def test_a_press_whose_fields_are_wrong_counts(door: Door) -> None:
    """A form may check a password while it validates."""
    assert len(door.press("guess", name="far too long").problems) == 1
    assert door.press("guess", name="a").problems == ["Wrong guess."]
    assert door.press("guess", name="b").problems == [SPENT]


def test_a_press_that_raises_counts(door: Door) -> None:
    """Everything else is put back, and the page still works."""
    for note in "ab":
        with pytest.raises(RuntimeError):
            door.press("crash", note=note)
    assert door.press("crash", note="c").problems == [SPENT]


def test_a_press_that_asks_counts(door: Door) -> None:
    """Whoever comes forward again does not get new presses."""
    for _ in range(2):
        seen = door.press("ask_again")
        assert (seen.heading, seen.problems) == ("Account", ["Who is it again?"])
        door.submit(account="ada")
    assert door.press("ask_again").problems == [SPENT]


@pytest.mark.parametrize("action", ["by_account", "by_address"])
def test_a_limit_per_key_counts_over_all_flows(door: Door, action: str) -> None:
    """Beyond it there is a time to wait, and then new presses; code of the site comes from no address."""
    assert [door.press(action).limited, door.press(action).limited] == [False, False]
    door.begin()
    assert door.press(action).limited is not (isinstance(door, Python) and action == "by_address")


def test_a_limit_per_account_is_each_accounts_own(door: Door) -> None:
    """Another key has presses left."""
    for _ in range(2):
        assert not door.press("by_account").limited
    door.begin("bob")
    assert not door.press("by_account").limited


def test_a_press_that_is_refused_uses_up_no_limit(door: Door, later: Any) -> None:
    """It ran nothing: whoever is impatient is not locked out."""
    assert door.press("careful").messages == ["Counted."]
    for note in "abc":
        assert door.press("careful", note=note).problems == [WAIT]
    door.begin()
    assert door.press("careful").messages == ["Counted."]
    door.begin()
    assert door.press("careful").limited


def test_next_goes_on(door: Door) -> None:
    """Without an answer to the page."""
    assert door.press("go_on").heading == "Last"


def test_a_condition_reads_what_the_action_changed(door: Door) -> None:
    """The context decides where the flow goes."""
    assert door.press("route").heading == "Detour"
    assert door.submit(account="ada").heading == "Last"


def test_ask_goes_back(door: Door) -> None:
    """With its error on the page."""
    seen = door.press("ask_again")
    assert (seen.heading, seen.problems) == ("Account", ["Who is it again?"])


@pytest.mark.parametrize(("action", "message"), [("end", "Ended."), ("stop", "Stopped.")])
def test_an_action_ends_the_flow(door: Door, action: str, message: str) -> None:
    """Well, or not."""
    assert door.press(action) == Seen(end=message)


def test_a_page_says_in_words_when_a_button_can_be_pressed(settings: Any) -> None:
    """Without JavaScript: how long to wait, how often it is left, and a button that is spent is off."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]
    door = Pages()
    door.begin()
    door.press("slow")
    assert "You can ask again in 30 seconds." in door.sheet.text
    door.press("twice")
    assert '<p class="wf-action-note" id="wf-action-twice">1 left.</p>' in door.sheet.text
    door.press("twice")
    assert '<p class="wf-action-note" id="wf-action-twice">You cannot ask for this again.</p>' in door.sheet.text
    assert 'value="twice" formnovalidate disabled' in door.sheet.text
