"""How long a step waits before it is tried again, and what a policy may say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfapp import Context, Workflow, step
from wfapp.declaration.durability import Backoff, Retries, delay_after
from wfapp.declaration.options import LONGEST
from wfapp.errors import DeclarationError

SECOND = timedelta(seconds=1)
DELAYS = st.timedeltas(min_value=timedelta(milliseconds=1), max_value=timedelta(days=30))
ATTEMPTS = st.integers(min_value=0, max_value=10_000) | st.sampled_from([10**6, 10**18, 10**400])
BACKOFFS = st.sampled_from(["fixed", "linear", "exponential"])
CHANCES = st.floats(min_value=0, max_value=1)


@pytest.mark.parametrize(
    ("backoff", "seconds"), [("fixed", [3, 3, 3, 3]), ("linear", [3, 6, 9, 12]), ("exponential", [3, 6, 12, 24])]
)
def test_waits_grow_as_declared(backoff: Backoff, seconds: list[int]) -> None:
    """The first wait, after attempt 0, is the delay."""
    policy = Retries(retries=4, delay=3 * SECOND, backoff=backoff)
    assert [delay_after(policy, attempt).total_seconds() for attempt in range(4)] == seconds


@given(delay=DELAYS, cap=DELAYS, backoff=BACKOFFS, attempt=ATTEMPTS, chance=CHANCES)
def test_no_wait_is_over_its_cap(
    delay: timedelta, cap: timedelta, backoff: Backoff, attempt: int, chance: float
) -> None:
    """Nor below nothing, whatever is drawn, and after ten thousand attempts."""
    for jitter in (False, True):
        policy = Retries(retries=1, delay=delay, backoff=backoff, max_delay=cap, jitter=jitter)
        assert timedelta() <= delay_after(policy, attempt, chance) <= cap


@given(delay=DELAYS, cap=DELAYS, backoff=BACKOFFS, attempt=ATTEMPTS, chance=CHANCES)
def test_jitter_comes_after_the_cap(
    delay: timedelta, cap: timedelta, backoff: Backoff, attempt: int, chance: float
) -> None:
    """It is the drawn part of the capped wait: all of that by 1, and none by 0."""
    whole = delay_after(Retries(retries=1, delay=delay, backoff=backoff, max_delay=cap), attempt)
    policy = Retries(retries=1, delay=delay, backoff=backoff, max_delay=cap, jitter=True)
    assert delay_after(policy, attempt, 1.0) == whole
    assert delay_after(policy, attempt, 0.0) == timedelta()
    assert abs(delay_after(policy, attempt, chance) - whole * chance) <= timedelta(microseconds=1)


@given(delay=DELAYS, backoff=BACKOFFS, attempt=ATTEMPTS, chance=CHANCES)
def test_without_jitter_nothing_is_drawn(delay: timedelta, backoff: Backoff, attempt: int, chance: float) -> None:
    """Chance plays no part, and a later wait is never shorter."""
    policy = Retries(retries=1, delay=delay, backoff=backoff)
    assert delay_after(policy, attempt, chance) == delay_after(policy, attempt)
    assert delay_after(policy, attempt) <= delay_after(policy, attempt + 1)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"retries": -1}, "step: retries is -1; it must be a number, 0 or more."),
        ({"retries": True}, "step: retries is True; it must be a number, 0 or more."),
        ({"retries": 1, "backoff": "cubic"}, "step: backoff is 'cubic'; legal are fixed, linear, exponential."),
        ({"retries": 1, "jitter": 1}, "step: jitter is 1; legal are True and False."),
        ({"retries": 1, "retry_on": "OSError"}, "step: retry_on holds 'OSError'; it must hold types of exceptions."),
        (
            {"retries": 1, "retry_on": KeyboardInterrupt},
            f"step: retry_on holds {KeyboardInterrupt!r}; it must hold types of exceptions.",
        ),
        (
            {"retries": 1, "retry_on": ()},
            "step: retry_on is empty; leave it out, and all errors are worth another attempt.",
        ),
        ({"background": "celery"}, "step: background is 'celery'; legal are True and False."),
        ({"durable": None}, "step: durable is None; legal are True and False."),
        (
            {"timeout": timedelta.max},
            f"step: timeout is {timedelta.max!r}; nothing lasts for longer than 36500 days.",
        ),
        ({"delay": SECOND}, "step: delay says how to try again, and retries is 0; give it retries=."),
    ],
)
def test_a_mistake_in_a_policy_is_named(given: dict[str, Any], says: str) -> None:
    """As the step is defined."""
    with pytest.raises(DeclarationError) as refused:
        step(**given)
    assert str(refused.value) == says


@given(delay=DELAYS, attempt=st.integers(0, 20))
def test_the_formulas_are_those_of_the_table(delay: timedelta, attempt: int) -> None:
    """To the microsecond where nothing caps them; of the longest there is, whatever the attempt."""
    times = {"fixed": 1, "linear": attempt + 1, "exponential": 2**attempt}
    for backoff, factor in times.items():
        policy = Retries(retries=1, delay=delay, backoff=cast(Backoff, backoff))
        wanted = min(delay * factor, LONGEST)
        assert delay_after(policy, attempt) == wanted
        assert delay_after(policy, 10**400) <= LONGEST


@pytest.mark.parametrize("name", ["delay", "max_delay", "timeout"])
@pytest.mark.parametrize("value", [-SECOND, timedelta(), 3, True, float("nan"), "1s"])
def test_a_time_is_positive(name: str, value: Any) -> None:
    """A negative one is refused, and so are none and a bare number."""
    with pytest.raises(DeclarationError, match=f"^step: {name} is "):
        step(**{"retries": 1, name: value})


@pytest.mark.parametrize("options", [{"retries": 1}, {"timeout": SECOND}, {"background": True}])
def test_what_makes_a_step_durable_makes_it_durable(options: dict[str, Any]) -> None:
    """Whatever else it says is a mistake."""
    says = "step 'act' says durable=False, and retries, a timeout, background=True, an undo or a group makes it durable"
    with pytest.raises(DeclarationError, match=says):

        class Wrong(Workflow[Context]):
            name = "durability/wrong"

            @step(durable=False, **options)
            def act(self) -> None: ...


def test_a_mistake_in_the_policy_of_an_undo_is_named() -> None:
    """By the same words."""
    for options, says in (({"retries": -1}, "retries is -1; it must"), ({"retries": 1, "jitter": 0}, "jitter is 0;")):
        with pytest.raises(DeclarationError, match=f"^compensate: {says}"):
            step(durable=True).compensate(**options)
