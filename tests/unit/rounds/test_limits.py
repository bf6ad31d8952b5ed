"""Limits: what counts under one counter, and when its window ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django import forms
from django.utils import timezone
from pytest_django import Settings

from tests.unit.states import state_of
from tests.workflows import Hello
from wfapp import Limit
from wfapp.errors import LimitExceeded
from wfapp.models import Counter
from wfapp.rounds.answer import Caller
from wfapp.rounds.limits import Charge, Charges, charges_of
from wfapp.rounds.stage import Stage

TWO = Charge(Limit("sample", key="name", rate="2/10m"), "two")
FIVE = Charge(Limit("sample", key="name", rate="5/1h"), "five")


class SampleForm(forms.Form):
    """Ask for what limits count by."""

    name = forms.CharField(max_length=10)
    number = forms.IntegerField(required=False)


class Named(Hello):
    """Count by a method."""

    def tenant(self) -> str:
        """Give what a limit counts."""
        return f"tenant of {self.ctx.name}"


def counter(key: Any, typed: dict[str, Any] | None = None, *, rate: str = "1/1m", **caller: str) -> str:
    """Give the counter of one limit."""
    stage = Stage(Named, state_of(Named), Caller(door="rest", address=caller.get("address", "")))
    stage.workflow.ctx.name = caller.get("name", "")  # type: ignore[attr-defined]
    form = None if typed is None else SampleForm(data=typed)
    return charges_of(stage, [Limit("sample", key=key, rate=rate)], form)[0].counter


@pytest.mark.parametrize("spelling", ["Ada", "ada", " ADA ", "ada\t"])
def test_a_field_counts_under_its_cleaned_value_without_case(spelling: str) -> None:
    """Or every spelling would have tries of its own."""
    assert counter("name", {"name": spelling}) == counter("name", {"name": "ada"})


def test_a_number_counts_under_its_value() -> None:
    """However it is written."""
    assert counter("number", {"number": "007"}) == counter("number", {"number": "7"})


@pytest.mark.parametrize("value", ["far too long for it", "", None, "\x00", "\ud800"])
def test_a_field_that_cannot_be_cleaned_counts_under_what_was_typed(value: Any) -> None:
    """A wrong value is no way around the limit, and no error of the server."""
    assert counter("name", {"name": value}) == counter("name", {"name": value}) != counter("name", {"name": "ada"})


def test_a_context_key_a_method_a_callable_and_the_address_count() -> None:
    """Each under its own value."""

    def by_name(workflow: Any) -> str:
        return str(workflow.ctx.name)

    for key in ("tenant", by_name, "hidden"):
        assert counter(key) == counter(key, address="10.0.0.1")
    for key in ("tenant", by_name):
        assert counter(key, name="Ada") != counter(key, name="Bob")
    assert counter("address", address="10.0.0.1") != counter("address", address="10.0.0.2")


def test_code_of_the_site_has_no_address_to_count() -> None:
    """Its jobs would shut each other out."""
    stage = Stage(Named, state_of(Named), Caller(door="python"))
    limits = [Limit("sample", key="address", rate="1/1m"), Limit("sample", key="tenant", rate="1/1m")]
    assert [charge.limit.key for charge in charges_of(stage, limits, None)] == ["tenant"]


def test_a_field_of_the_form_comes_before_a_context_key_of_its_name() -> None:
    """What is typed is counted, not what was typed on an earlier page."""
    assert counter("name", {"name": "ada"}, name="Bob") == counter("name", {"name": "ada"}, name="Eve")
    assert counter("name", name="Bob") != counter("name", name="Eve")


def test_two_rates_of_one_purpose_have_counters_of_their_own() -> None:
    """Ten in an hour and a hundred in a day."""
    assert counter("name", {"name": "ada"}, rate="10/1h") != counter("name", {"name": "ada"}, rate="100/1d")


def test_a_counter_names_nobody(settings: Settings) -> None:
    """It is a digest under the site's key."""
    before = counter("name", {"name": "ada"})
    assert (len(before), "ada" in before) == (43, False)
    settings.WFAPP = {"KEYS": ["another key of the tests, forty characters"]}
    assert counter("name", {"name": "ada"}) != before


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the clock to some time after the start of the test."""
    start = timezone.now()

    def move(**later: float) -> datetime:
        now = start + timedelta(**later)
        monkeypatch.setattr(timezone, "now", lambda: now)
        return now

    move()
    return move


def counts() -> dict[str, int]:
    """Give what stands in the table."""
    return dict(Counter.objects.values_list("key", "count"))


@pytest.mark.db
@pytest.mark.django_db
class TestWindows:
    """Count in the database."""

    def test_a_window_allows_as_many_as_its_rate_says(self, at: Any) -> None:
        """The next one is told how long to wait."""
        Charges([TWO])
        Charges([TWO])
        at(minutes=4)
        with pytest.raises(LimitExceeded) as refused:
            Charges([TWO])
        assert refused.value.retry_after == 6 * 60
        assert counts() == {"two": 2}

    @pytest.mark.parametrize(("seconds", "wait"), [(0, 600), (599, 1), (599.9, 1), (0.4, 600)])
    def test_the_wait_is_whole_seconds_and_never_none(self, at: Any, seconds: float, wait: int) -> None:
        """Whoever waits that long gets in."""
        Charges([TWO, TWO])
        at(seconds=seconds)
        with pytest.raises(LimitExceeded) as refused:
            Charges([TWO])
        assert refused.value.retry_after == wait

    def test_a_window_starts_with_its_first_submission(self, at: Any) -> None:
        """Later ones do not make it longer."""
        first = at()
        Charges([TWO])
        at(minutes=9)
        Charges([TWO])
        assert Counter.objects.get().resets_at == first + timedelta(minutes=10)

    def test_a_new_window_starts_at_one(self, at: Any) -> None:
        """As soon as the old one is over, and with its full length."""
        Charges([TWO, TWO])
        now = at(minutes=10)
        Charges([TWO])
        assert counts() == {"two": 1}
        assert Counter.objects.get().resets_at == now + timedelta(minutes=10)

    def test_a_refusal_by_one_limit_counts_under_none(self, at: Any) -> None:
        """The others are given back."""
        Charges([TWO, TWO])
        with pytest.raises(LimitExceeded):
            Charges([FIVE, TWO])
        assert counts() == {"two": 2, "five": 0}

    def test_counts_are_given_back_once(self, at: Any) -> None:
        """And never below nothing."""
        other, charges = Charges([FIVE]), Charges([TWO, FIVE])
        charges.give_back()
        charges.give_back()
        assert counts() == {"two": 0, "five": 1}
        Counter.objects.update(count=0)
        other.give_back()
        assert counts() == {"two": 0, "five": 0}
