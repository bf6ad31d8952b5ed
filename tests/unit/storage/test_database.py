"""A flow as a row: what its sealed columns are bound to, who finds it, and what its end leaves."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from tests.flows.factories import finished_invite, invite, make
from tests.flows.models import InviteFlow, WideFlow
from tests.flows.workflows import Invite
from tests.unit.states import state_of
from tests.workflows import Hello
from wfapp.engine.state import Last, State, ended
from wfapp.errors import InvalidToken
from wfapp.models import AbstractFlow, Flow, FlowEvent, table_tag
from wfapp.signals import announced, flow_event
from wfapp.storage.base import FlowExists, Note, Report
from wfapp.storage.columns import open_state, row_binding, seal_state
from wfapp.storage.database import ANSWER_LIFETIME, DatabaseStorage, model_of
from wfapp.storage.sealing import hash_handle
from wfapp.storage.tokens import Token

OPEN = state_of(context=msgspec.Raw(b'{"name":"Ada"}'), revision=3)
ENDED = ended(OPEN, OPEN.dies)
STORAGE = DatabaseStorage()


def opens(model: type[AbstractFlow], pk: uuid.UUID, columns: dict[str, bytes]) -> bool:
    """Tell whether the sealed columns open in that row of that table."""
    try:
        open_state(model, pk, columns["state"], columns["answer"])
    except InvalidToken:
        return False
    return True


# The sealed columns


def test_workflows_name_their_table() -> None:
    """The ready-made one, or their own."""
    assert (model_of(Hello), model_of(Invite)) == (Flow, InviteFlow)


def test_a_sealed_column_is_bound_to_its_table_and_row() -> None:
    """By names that stay the same over releases."""
    assert row_binding(InviteFlow, uuid.UUID(int=7)) == ("flows.inviteflow", "00000000-0000-0000-0000-000000000007")


@pytest.mark.parametrize(
    ("state", "column", "other"), [(OPEN, "state", "answer"), (ENDED, "answer", "state")], ids=["open", "ended"]
)
def test_an_open_flow_has_a_state_and_an_ended_one_an_answer(state: State, column: str, other: str) -> None:
    """One of the two columns is always empty."""
    columns = seal_state(Flow, state)
    assert columns[other] == b""
    assert opens(Flow, state.id, columns)
    assert b"Ada" not in columns[column]


@pytest.mark.parametrize("state", [OPEN, ENDED], ids=["open", "ended"])
def test_the_state_comes_back_without_its_seed(state: State) -> None:
    """A row is found by its handle: whoever reads the state cannot derive one from it."""
    columns = seal_state(Flow, state)
    assert open_state(Flow, state.id, **columns) == msgspec.structs.replace(state, seed=b"")


@pytest.mark.parametrize("state", [OPEN, ENDED], ids=["open", "ended"])
def test_a_column_moved_to_another_row_or_table_does_not_open(state: State) -> None:
    """Whoever may write to the database cannot hand one person's flow to another."""
    columns = seal_state(Flow, state)
    assert not opens(Flow, uuid.uuid4(), columns)
    assert not opens(InviteFlow, state.id, columns)


def test_a_state_does_not_open_as_an_answer() -> None:
    """Nor an answer as a state."""
    for state, column, other in ((OPEN, "state", "answer"), (ENDED, "answer", "state")):
        columns = seal_state(Flow, state)
        assert not opens(Flow, state.id, {column: b"", other: columns[column]})


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"no sealed state at all", b"\x00" * 200])
def test_a_column_that_is_wiped_or_garbled_does_not_open(sealed: bytes) -> None:
    """The one refusal for all of them."""
    assert not opens(Flow, OPEN.id, {"state": sealed, "answer": b""})
    assert not opens(Flow, OPEN.id, {"state": b"", "answer": sealed})


# Finding a row


@pytest.mark.parametrize("seed", [b"r" * 32, b"s" * 32], ids=["r", "s"])
def test_a_token_follows_from_seed_and_table(seed: bytes) -> None:
    """So that a second click, or a second move, meets the row of the first."""
    token = STORAGE.token_of(Hello, seed, 3)
    assert token == STORAGE.token_of(Hello, seed, 3)
    assert (token.storage, token.secret[:4], len(token.secret), token.revision) == ("database", table_tag(Flow), 47, 3)
    assert STORAGE.token_of(Invite, seed, 3).secret[:4] == table_tag(InviteFlow)


def started(workflow: Any = Hello, **values: Any) -> tuple[State, Token]:
    """Begin a flow and store its first page."""
    state = state_of(workflow, **values)
    with STORAGE.begin(workflow, state, None) as claim:
        token = claim.store(msgspec.structs.replace(state, revision=1), Report(status="paused"))
    return state, token


@pytest.mark.django_db(transaction=True)
class TestRows:
    """Keep flows in tables."""

    def test_a_row_holds_the_hash_of_its_handle_alone(self) -> None:
        """Who reads the database cannot resume a flow."""
        state, token = started()
        row = Flow.objects.values().get()
        assert (row["id"], row["handle_hash"]) == (state.id, hash_handle(token.secret))
        assert token.secret[4:] not in repr(row)

    @pytest.mark.parametrize(
        "secret",
        [
            lambda secret: secret[:-1] + ("A" if secret[-1] != "A" else "B"),
            lambda secret: table_tag(InviteFlow) + secret[4:],
            lambda secret: "AAAA" + secret[4:],
            hash_handle,
            lambda secret: secret[:16],
        ],
    )
    def test_another_handle_opens_nothing(self, secret: Callable[[str], str]) -> None:
        """A letter, the table, or the hash in place of the handle."""
        _, token = started()
        other = Token("database", secret(token.secret), 1)
        with pytest.raises(InvalidToken):
            STORAGE.peek(other)
        with pytest.raises(InvalidToken), STORAGE.claim(other):
            pytest.fail("was claimed")

    @pytest.mark.parametrize("status", ["finished", "cancelled", "failed"])
    def test_a_row_whose_status_and_column_disagree_opens_nothing(self, status: str) -> None:
        """Whoever sets an ended flow's status back does not bring it to life."""
        _, token = started()
        Flow.objects.update(status=status)
        with pytest.raises(InvalidToken):
            STORAGE.peek(token)

    def test_a_second_beginning_meets_the_first(self) -> None:
        """The token leads to the page that the first click stood at."""
        state, token = started()
        with pytest.raises(FlowExists) as found, STORAGE.begin(Hello, state, None):
            pytest.fail("began twice")
        assert found.value.token == token.at(0)
        assert Flow.objects.count() == 1

    def test_a_discarded_flow_leaves_no_row(self) -> None:
        """Its first page refused the input."""
        state = state_of()
        with STORAGE.begin(Hello, state, None) as claim:
            claim.discard()
        assert not Flow.objects.exists()

    def test_what_is_stored_stands_in_columns(self) -> None:
        """What staff list and what the sweeper asks for."""
        user = User.objects.create_user("ada")
        later = timezone.now() + timedelta(minutes=5)
        state, token = started(expires=later, binding="b" * 43)
        with STORAGE.claim(token) as claim:
            claim.store(msgspec.structs.replace(claim.state, revision=2), Report(status="waiting", user_id=user.pk))
        flow = Flow.objects.get(pk=state.id)
        assert (flow.workflow, flow.step, flow.status, flow.revision) == ("tests/hello", "ask", "waiting", 2)
        assert (flow.expires_at, flow.updated_by, flow.binding_hash) == (later, user, "b" * 43)

    def test_an_end_says_how_long_its_row_is_kept(self) -> None:
        """The last answer for minutes, the row for its workflow's retention."""
        flow = finished_invite()
        assert flow.finished_at is not None
        assert flow.retain_until == flow.finished_at + timedelta(days=90)
        assert flow.answer_until is not None
        assert flow.answer_until - flow.finished_at <= ANSWER_LIFETIME
        assert (flow.expires_at, bytes(flow.state)) == (None, b"")

    def test_an_unknown_workflow_is_kept_for_the_sites_retention(self) -> None:
        """Its class went with a deploy."""
        flow = make(InviteFlow, workflow="tests/gone")
        assert STORAGE.end(InviteFlow, flow.pk, status="cancelled", user_id=None)
        flow.refresh_from_db()
        assert flow.retain_until is not None
        assert flow.finished_at is not None
        assert flow.retain_until - flow.finished_at == timedelta(days=90)


@pytest.mark.django_db(transaction=True)
class TestEndFromOutside:
    """End and reissue what nobody plays."""

    def test_an_ended_flow_is_left_alone(self) -> None:
        """Its end stays what it was."""
        flow = finished_invite()
        assert not STORAGE.end(InviteFlow, flow.pk, status="cancelled", user_id=None)
        flow.refresh_from_db()
        assert flow.status == "finished"

    def test_a_flow_that_is_not_there_is_an_invalid_token(self) -> None:
        """Of another table too."""
        flow = invite()
        for model, pk in ((InviteFlow, uuid.uuid4()), (WideFlow, flow.pk)):
            with pytest.raises(InvalidToken):
                STORAGE.end(model, pk, status="cancelled", user_id=None)

    def test_a_cancelled_flow_answers_so(self) -> None:
        """To whoever still has its token."""
        flow = invite()
        assert STORAGE.end(InviteFlow, flow.pk, status="cancelled", user_id=None)
        last = STORAGE.read(InviteFlow, flow.pk).last
        assert last == Last(digest="", end={"status": "aborted", "reason": "cancelled"})

    def test_an_expired_flow_answers_nothing(self) -> None:
        """Both columns are wiped."""
        flow = invite()
        assert STORAGE.end(InviteFlow, flow.pk, status="expired", user_id=None)
        with pytest.raises(InvalidToken):
            STORAGE.read(InviteFlow, flow.pk)

    def test_a_new_handle_makes_the_old_one_invalid(self) -> None:
        """The flow stays where it was, and takes the transport of whoever came back."""
        state, token = started()
        again, _state = STORAGE.reissue(Flow, state.id, transport="cookie", allow=lambda state: True)
        assert (again.revision, again.secret == token.secret) == (1, False)
        assert STORAGE.peek(again).transport == "cookie"
        with pytest.raises(InvalidToken):
            STORAGE.peek(token)


@pytest.fixture
def receive() -> Iterator[Callable[[Any], None]]:
    """Connect receivers of ``flow_event`` for one test."""
    connected: list[Any] = []

    def connect(receiver: Any) -> None:
        flow_event.connect(receiver, weak=False)
        connected.append(receiver)

    yield connect
    for receiver in connected:
        flow_event.disconnect(receiver)


@pytest.mark.django_db(transaction=True)
class TestEvents:
    """Announce what was recorded."""

    def test_an_event_is_announced_after_the_commit(self, receive: Callable[[Any], None]) -> None:
        """Never for a round that was undone."""
        heard: list[tuple[Any, str, int]] = []
        receive(lambda sender, event, **kwargs: heard.append((sender, event.kind, Flow.objects.count())))
        state, token = started()
        with pytest.raises(RuntimeError), STORAGE.claim(token) as claim:
            self.store_and_raise(claim, state)
        with STORAGE.claim(token) as claim:
            claim.store(msgspec.structs.replace(state, revision=2), Report(status="paused", notes=[Note("submitted")]))
            assert announced()
            assert heard == []
        assert announced()
        assert heard == [(Flow, "submitted", 1)]

    def store_and_raise(self, claim: Any, state: State) -> None:
        """Fail after the event was recorded."""
        claim.store(state, Report(status="paused", notes=[Note("rejected")]))
        raise RuntimeError

    def test_a_receiver_that_fails_undoes_nothing(
        self, receive: Callable[[Any], None], caplog: pytest.LogCaptureFixture
    ) -> None:
        """The round was committed before; the log names the receiver."""

        def broken(**kwargs: Any) -> None:
            raise ValueError

        receive(broken)
        with caplog.at_level(logging.ERROR, "wfapp.signals"):
            invite()
            assert announced()
        assert FlowEvent.objects.exists()
        texts = [text for name, _, text in caplog.record_tuples if name == "wfapp.signals"]
        assert texts
        assert all(text.startswith("A receiver of flow_event failed: <function ") for text in texts)
        assert all(text.endswith(" (ValueError).") for text in texts)


@pytest.mark.django_db(transaction=True)
def test_an_end_that_was_asked_for_outlives_a_round() -> None:
    """Whoever was to end the flow is gone, and it was played on in another way than by its page: it stays due."""
    pk = make(Flow, status="waiting", stop="cancelled why").pk
    state = state_of(id=pk)
    Flow.objects.filter(pk=pk).update(**seal_state(Flow, state))
    with STORAGE.claim_row(Flow, pk) as claim:
        assert claim.asked == ("cancelled", "why")
        claim.store(state, Report(status="paused"))
    row = Flow.objects.due(timezone.now() + timedelta(minutes=1)).get()
    assert (row.status, row.stop) == ("paused", "cancelled why")
    with STORAGE.claim_row(Flow, pk) as claim:
        claim.store(ended(state, state.dies), Report(status="cancelled"))
    assert not Flow.objects.due(timezone.now() + timedelta(minutes=1)).exists()
