"""New keys: flows in flight live on, in both storages, for as long as the old key is there or their row was moved."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from tests.unit.management.commands.run import run
from tests.workflows import Hello, HelloToken
from wfapp import Workflow, rounds
from wfapp.errors import InvalidToken
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.storage.base import get_storage

pytestmark = pytest.mark.django_db(transaction=True)

OLD, NEW, THIRD = "an-old-key-" * 4, "a-new-key-" * 4, "a-third-key-" * 4
ANYBODY = Caller(door="python")


def keys(settings: Settings, *newest_first: str) -> None:
    """Change the keys of the site."""
    settings.WFAPP = {**settings.WFAPP, "KEYS": list(newest_first)}


def play(answer: Answer, **values: Any) -> Answer:
    """Answer a page."""
    assert answer.token is not None
    return rounds.play(answer.token, caller=ANYBODY, input=Input(values=values))


@pytest.fixture
def page(settings: Settings, request: pytest.FixtureRequest) -> Answer:
    """Give the second page of a flow that started under the old key."""
    keys(settings, OLD)
    workflow: type[Workflow[Any]] = request.param
    return play(rounds.start(workflow, caller=ANYBODY, params={}), name="Ada")


both = pytest.mark.parametrize("page", [Hello, HelloToken], indirect=True, ids=["database", "token"])
in_a_row = pytest.mark.parametrize("page", [Hello], indirect=True, ids=["database"])


@both
def test_a_flow_lives_on_under_a_new_key(page: Answer, settings: Settings) -> None:
    """The older key still opens it."""
    keys(settings, NEW, OLD)
    assert play(page, code="123456").status == "finished"


@both
def test_each_round_seals_with_the_newest_key(page: Answer, settings: Settings) -> None:
    """A flow that somebody plays needs its old key no longer."""
    keys(settings, NEW, OLD)
    page = play(page, code="1")
    keys(settings, NEW)
    assert play(page, code="123456").status == "finished"


@both
def test_without_its_key_a_flow_is_an_invalid_token(page: Answer, settings: Settings) -> None:
    """The same answer as to any other."""
    keys(settings, NEW)
    with pytest.raises(InvalidToken):
        play(page, code="123456")


@both
def test_a_key_in_another_place_of_the_list_still_opens(page: Answer, settings: Settings) -> None:
    """Two rotations in the life of one flow."""
    keys(settings, THIRD, NEW, OLD)
    assert play(page, code="123456").status == "finished"


@in_a_row
def test_a_row_that_was_moved_opens_with_the_new_key_alone(page: Answer, settings: Settings) -> None:
    """Its token stays the same: the hash of a handle has no key."""
    keys(settings, NEW, OLD)
    assert run("wf_reencrypt", "--model", "wfapp.Flow")[0] == [
        "wfapp.Flow: 1 read, 1 moved to the newest key, 0 unreadable."
    ]
    keys(settings, NEW)
    assert page.token is not None
    assert get_storage("database").peek(page.token).id == page.flow_id
    assert play(page, code="123456").status == "finished"


@both
def test_a_second_click_meets_its_answer_under_a_new_key(page: Answer, settings: Settings) -> None:
    """The digest of its input may be of the older key."""
    refused = play(page, code="1")
    keys(settings, NEW, OLD)
    again = play(page, code="1")
    assert again.page is not None
    assert again.page.errors == {"code": "Wrong code."}
    assert (again.token is not None and again.token.revision) == (refused.token is not None and refused.token.revision)


@pytest.mark.parametrize("workflow", [Hello, HelloToken])
def test_a_first_page_drawn_under_the_old_key_starts_one_flow(
    workflow: type[Workflow[Any]], settings: Settings
) -> None:
    """Both clicks of a double click lead to it, though the key changed in between."""
    keys(settings, OLD)
    caller = Caller(door="page", browser="b" * 43, transport="cookie")
    first = rounds.first_page(workflow, caller=caller, params={})

    def click() -> Answer:
        return rounds.start(
            workflow, caller=caller, params={}, input=Input(values={"name": "Ada"}), start_key=first.start_key
        )

    one = click()
    keys(settings, NEW, OLD)
    two = click()
    assert one.token is not None
    assert two.token is not None
    assert (two.flow_id, two.token.revision) == (one.flow_id, one.token.revision)
