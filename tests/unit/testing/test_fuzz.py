"""Many moves at random: a sound workflow keeps its promises, and a broken one is found."""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.unit.testing.samples import Box, Joining, Wobbly
from tests.workflows import Hello, HelloBoth, HelloToken
from wfapp import Workflow
from wfapp.rounds import stage
from wfapp.testing import Walk, fuzz

pytestmark = pytest.mark.django_db

DATA: Any = {"ask": {"name": "Ada"}, "verify": {"code": "123456"}}


def code_of(walk: Walk) -> dict[str, Any]:
    return {"code": walk.outbox.code()}


@pytest.mark.slow
@pytest.mark.parametrize("via", ["html", "json", "python"])
@pytest.mark.parametrize("workflow", [Hello, HelloToken, HelloBoth])
def test_a_sound_workflow_keeps_its_promises(workflow: type[Workflow[Any]], via: Any) -> None:
    """The run tells that it came to every page, and to the end."""
    done = fuzz(workflow, DATA, rounds=40, via=via, seed=4)
    assert set(done.steps) == {"ask", "verify"}
    assert done.ends["finished"] > 1
    assert done.moves["submit_twice"] > 1


@pytest.mark.slow
@pytest.mark.parametrize("via", ["html", "json"])
def test_pages_get_what_their_schema_allows(via: Any) -> None:
    """A dict of callables, or one callable, gives what cannot be made up."""
    done = fuzz(Joining, {"verify": code_of}, rounds=40, via=via, seed=5)
    assert done.ends["finished"]
    done = fuzz(
        Joining, lambda step, walk: code_of(walk) if step == "verify" else {"email": "a@b.example"}, rounds=20, seed=6
    )
    assert done.steps["verify"]


def test_a_user_and_their_flow_are_fuzzed() -> None:
    assert fuzz(Box, user=User.objects.create_user("ada"), rounds=20, seed=1).ends["finished"]
    with pytest.raises(AssertionError, match="its start was answered with 403"):
        fuzz(Box, rounds=5)


@pytest.mark.slow
@pytest.mark.parametrize("via", ["html", "json"])
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("raise", r"it raised ZeroDivisionError: a client would get a 500"),
        ("draw", r"(look|refresh|again|400|tab) changed the flow, its timeline, or sent a mail"),
        ("answer", r"the same post again was answered otherwise"),
    ],
)
def test_a_broken_workflow_is_found(fault: str, said: str, via: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message has the seed and the moves, and the same seed finds it again."""
    monkeypatch.setattr(Wobbly, "fault", fault)
    with pytest.raises(AssertionError, match=said) as caught:
        fuzz(Wobbly, via=via, seed=11)
    found = re.search(r"seed=(\d+)\)", str(caught.value))
    assert found is not None
    assert "\n  begin\n" in str(caught.value)
    with pytest.raises(AssertionError, match=said):
        fuzz(Wobbly, via=via, seed=int(found[1]))


@pytest.mark.parametrize("via", ["html", "json"])
def test_a_token_that_serves_anybody_is_found(via: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "belongs_to", lambda binding, caller: True)
    with pytest.raises(AssertionError, match=r"the page as a stranger was answered with .* instead of 403 or 410"):
        fuzz(Hello, DATA, via=via, seed=12)


@pytest.mark.parametrize("via", ["html", "json"])
def test_a_second_run_of_one_post_is_found(via: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever answers a stale revision runs what was answered."""
    # The package has a function of the module's name.
    play = sys.modules["wfapp.rounds.play"]
    played = play.played

    def careless(claim: Any, stage: Any, entry: Any, token: Any) -> Any:
        entry.revision = claim.state.revision
        return played(claim, stage, entry, token)

    monkeypatch.setattr(play, "played", careless)
    with pytest.raises(AssertionError, match=r"seed=\d+"):
        fuzz(Hello, DATA, via=via, seed=12)
