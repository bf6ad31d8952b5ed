"""How flows end, and what their timeline tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.rounds.helpers import ANYBODY, begin, play
from tests.workflows import Hello
from wfapp import rounds
from wfapp.engine import expansion
from wfapp.errors import InvalidToken
from wfapp.models import Flow, FlowEvent
from wfapp.storage.columns import open_state

pytestmark = pytest.mark.django_db(transaction=True)


def test_staff_cancel_a_flow_and_its_token_says_so() -> None:
    """Context and answers are wiped, the last token learns how it ended."""
    page = play(begin(Hello), name="Ada")
    assert page.flow_id is not None
    assert rounds.end_by_staff(Flow, page.flow_id, status="cancelled")
    assert not rounds.end_by_staff(Flow, page.flow_id, status="expired")
    row = Flow.objects.get()
    assert (bytes(row.state), row.status) == (b"", "cancelled")
    end = play(page, code="123456").end
    assert end is not None
    assert (end.status, end.reason) == ("aborted", "cancelled")


def test_an_expired_flow_answers_nothing() -> None:
    """Staff expire a flow: whatever its token asks, it is gone."""
    page = play(begin(Hello), name="Ada")
    assert page.flow_id is not None
    assert rounds.end_by_staff(Flow, page.flow_id, status="expired")
    with pytest.raises(InvalidToken):
        play(page, code="123456")


def test_the_timeline_tells_what_happened() -> None:
    """Kinds and steps, never values."""
    answer = play(begin(Hello), name="wrong")
    play(play(play(answer, name="Ada"), action="resend"), code="123456")
    assert list(FlowEvent.objects.order_by("id").values_list("kind", "step", "revision")) == [
        ("started", "", 1),
        ("paused", "ask", 1),
        ("rejected", "ask", 2),
        ("submitted", "ask", 3),
        ("paused", "verify", 3),
        ("action", "resend", 4),
        ("submitted", "verify", 5),
        ("step_done", "done", 5),
        ("finished", "", 5),
    ]


def test_a_flow_that_todays_code_cannot_carry_on_fails_with_the_next_post(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look answers 410 and changes nothing; the post answers 410 too, and the row says failed."""
    page = play(begin(Hello), name="Ada")
    steps = {name: found for name, found in Hello.structure.steps.items() if name != "verify"}
    monkeypatch.setattr(Hello, "structure", replace(Hello.structure, steps=steps, order=("ask", "done")))
    monkeypatch.setattr(expansion, "_expanded", expansion._expanded.__wrapped__)
    with pytest.raises(InvalidToken):
        rounds.show(page.token, caller=ANYBODY)  # type: ignore[arg-type]
    assert Flow.objects.get().status == "paused"
    with pytest.raises(InvalidToken):
        play(page, code="123456")
    row = Flow.objects.get()
    assert (row.status, bytes(row.state)) == ("failed", b"")
    assert FlowEvent.objects.filter(kind="failed", step="verify").count() == 1


def test_staff_end_what_nobody_can_read(settings: Any) -> None:
    """A flow whose key is gone, or whose workflow was removed, is ended all the same; its tokens answer nothing."""
    page = play(begin(Hello), name="Ada")
    assert page.flow_id is not None
    Flow.objects.update(state=b"unreadable", workflow="tests/removed")
    assert rounds.end_by_staff(Flow, page.flow_id, status="cancelled")
    assert Flow.objects.get().status == "cancelled"
    with pytest.raises(InvalidToken):
        play(page, code="123456")


def test_the_sealed_state_is_empty_after_the_end() -> None:
    """The row keeps its shadow fields and, for ten minutes, what answers the last round again."""
    play(play(begin(Hello), name="Ada"), code="123456")
    row = Flow.objects.get()
    assert (row.status, bytes(row.state), row.expires_at) == ("finished", b"", None)
    kept = open_state(Flow, row.pk, b"", bytes(row.answer))
    assert (bytes(kept.context), bytes(kept.params), kept.answers, kept.history) == (b"{}", b"{}", {}, ())
    assert row.answer_until is not None
    assert row.finished_at is not None
    assert row.answer_until - row.finished_at <= timedelta(minutes=10, seconds=1)
