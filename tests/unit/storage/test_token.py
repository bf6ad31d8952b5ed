"""A flow as a token: what it is bound to, how long it may be, and the marks that make a revision usable once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.core.cache import caches
from django.core.cache.backends.locmem import LocMemCache
from django.utils import timezone
from pytest_django import Settings

from tests.flows.factories import NOW
from tests.unit.states import state_of
from tests.workflows import Hello, HelloBoth, HelloToken
from wfapp.engine.state import Last, State, decode_state, ended
from wfapp.errors import Busy, ContextTooLarge, InvalidToken
from wfapp.storage import transaction
from wfapp.storage.base import FlowMoved, Report, get_storage
from wfapp.storage.encoding import b64decode
from wfapp.storage.sealing import unseal
from wfapp.storage.token import MAX_LENGTH, PURPOSE, TokenStorage
from wfapp.storage.tokens import Token

pytestmark = pytest.mark.django_db(transaction=True)

STORAGE = TokenStorage()
PAUSED = Report(status="paused")
HOUR = 60 * 60
replace = msgspec.structs.replace


class NotingCache(LocMemCache):
    """Note for how many seconds each key is kept."""

    kept: list[tuple[str, str, Any]] = []

    def add(self, key: str, value: Any, timeout: Any = None, version: int | None = None) -> bool:
        self.kept.append(("add", key, timeout))
        return super().add(key, value, timeout, version)

    def set(self, key: str, value: Any, timeout: Any = None, version: int | None = None) -> None:
        self.kept.append(("set", key, timeout))
        super().set(key, value, timeout, version)


@pytest.fixture(autouse=True)
def cache(settings: Settings) -> Iterator[Any]:
    """Give marks a cache of their own, whose alias the setting names."""
    path = f"{NotingCache.__module__}.{NotingCache.__qualname__}"
    settings.CACHES = {**settings.CACHES, "marks": {"BACKEND": path, "LOCATION": "marks"}}
    settings.WFAPP = {**settings.WFAPP, "CACHE": "marks"}
    NotingCache.kept = []
    yield caches["marks"]
    caches["marks"].clear()


def key(state: State, revision: int | None = None) -> str:
    """Give the key of a mark."""
    return f"wfapp:{state.id}:{state.revision if revision is None else revision}"


def store(token: Token, **values: Any) -> Token:
    """Play a round that changes these fields of the state."""
    with STORAGE.claim(token) as claim:
        return claim.store(replace(claim.state, revision=claim.state.revision + 1, **values), PAUSED)


def assert_invalid(token: Token) -> None:
    """A token is neither shown nor played."""
    with pytest.raises(InvalidToken):
        STORAGE.peek(token)
    with pytest.raises(InvalidToken), STORAGE.claim(token):
        pytest.fail("was claimed")


# What a token is


def test_a_token_opens_to_its_state() -> None:
    """With the seed, which a later move derives the handle from."""
    state = state_of(HelloToken, context=msgspec.Raw(b'{"name":"Ada"}'), revision=2)
    assert STORAGE.peek(STORAGE.issue(HelloToken, state)) == state


def test_the_last_answer_of_an_open_flow_stays_out_of_the_token() -> None:
    """The mark has it; an ended flow has nothing else."""
    last = Last(digest="d", errors={"name": "No."})
    for state, expected in (
        (state_of(HelloToken, last=last), None),
        (ended(state_of(HelloToken, last=last), timezone.now()), last),
    ):
        token = STORAGE.issue(HelloToken, state)
        sealed = b64decode(token.secret[7:])
        assert decode_state(unseal(PURPOSE, sealed, "tests/hello-token", "token", "body")).last == expected


def test_a_token_is_bound_to_its_workflow_and_transport() -> None:
    """Another tag in front of it opens nothing; no more does one that nothing has."""
    state = state_of(HelloToken)
    token = STORAGE.issue(HelloToken, state)
    other = STORAGE.issue(HelloBoth, replace(state, workflow="tests/hello-both"))
    for secret in (
        other.secret[:6] + token.secret[6:],
        token.secret[:6] + "c" + token.secret[7:],
        token.secret[:6] + "x" + token.secret[7:],
        "000000" + token.secret[6:],
        token.secret[:7],
    ):
        with pytest.raises(InvalidToken):
            STORAGE.peek(Token("token", secret, 0))


@pytest.mark.parametrize(("transport", "length", "rest"), [("cookie", 2_803, 292), ("body", 21_790, 271)])
def test_a_token_that_its_transport_cannot_carry_is_refused(transport: str, length: int, rest: int) -> None:
    """The message says what is large, and what to do."""
    limit = MAX_LENGTH[transport]
    context = msgspec.Raw(b'"%s"' % (b"x" * limit))
    times = dict.fromkeys(("started", "dies", "expires"), NOW)
    with pytest.raises(ContextTooLarge) as refused:
        STORAGE.issue(HelloToken, state_of(HelloToken, context=context, transport=transport, **times))
    assert str(refused.value) == (
        f"The token of 'tests/hello-token' has {length} characters, and the transport '{transport}' carries {limit} "
        f"(context {limit + 2}, the rest {rest} bytes); keep less, or move the flow with store_in('database')."
    )


def test_a_body_carries_what_a_cookie_cannot() -> None:
    """The limit is the transport's."""
    state = state_of(HelloToken, context=msgspec.Raw(b'"%s"' % (b"x" * 5_000)))
    assert MAX_LENGTH["cookie"] < len(STORAGE.issue(HelloToken, state).secret) < MAX_LENGTH["body"]
    with pytest.raises(ContextTooLarge):
        STORAGE.issue(HelloToken, replace(state, transport="cookie"))


# Marks


def test_a_round_leaves_its_answer_at_its_revision(cache: Any) -> None:
    """Whoever comes with the same token again is led to it."""
    state = state_of(HelloToken)
    first = STORAGE.issue(HelloToken, state)
    store(first, last=Last(digest="d"))
    newest = STORAGE.peek(first)
    assert (newest.revision, newest.last) == (1, Last(digest="d"))
    with STORAGE.claim(first) as claim:
        assert claim.state == newest
    assert b"wfapp" not in b64decode(cache.get(key(state)))


def test_marks_are_followed_to_the_newest_state() -> None:
    """From any revision that the cache still knows."""
    first = STORAGE.issue(HelloToken, state_of(HelloToken))
    third = store(store(store(first)))
    assert [STORAGE.peek(first.at(revision)).revision for revision in (0, None)] == [3, 3]
    assert STORAGE.peek(third).revision == 3


def test_a_revision_ahead_of_the_token_is_invalid() -> None:
    """No client makes one up."""
    token = STORAGE.issue(HelloToken, state_of(HelloToken))
    assert_invalid(token.at(1))


@pytest.mark.parametrize(
    ("life", "seconds"),
    [
        (timedelta(hours=1), {HOUR - 1, HOUR}),
        (timedelta(days=365), {30 * 24 * HOUR}),
        (timedelta(seconds=-5), {1}),
    ],
)
def test_a_mark_lives_as_long_as_its_flow(life: timedelta, seconds: set[int]) -> None:
    """But 30 days at most, where memcached would take the number for a date, and a second at least."""
    state = state_of(HelloToken, dies=timezone.now() + life)
    store(STORAGE.issue(HelloToken, state))
    assert NotingCache.kept[0] == ("add", key(state), 60)
    assert NotingCache.kept[1][:2] == ("set", key(state))
    assert NotingCache.kept[1][2] in seconds


def test_a_round_that_is_on_is_busy(cache: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """For as long as patience lasts; nothing is played."""
    monkeypatch.setattr(transaction, "PATIENCE", 0)
    token = STORAGE.issue(HelloToken, state_of(HelloToken))
    with STORAGE.claim(token), pytest.raises(Busy), STORAGE.claim(token):
        pytest.fail("was claimed twice")
    with STORAGE.claim(token) as claim:
        assert claim.state.revision == 0


def test_a_look_does_not_wait_for_a_round(cache: Any) -> None:
    """It shows the page that stands until the round has ended."""
    token = STORAGE.issue(HelloToken, state_of(HelloToken))
    with STORAGE.claim(token):
        assert STORAGE.peek(token).revision == 0


def test_a_round_that_raises_leaves_no_mark(cache: Any) -> None:
    """The same token works again."""
    state = state_of(HelloToken)
    token = STORAGE.issue(HelloToken, state)
    with pytest.raises(RuntimeError), STORAGE.claim(token):
        raise RuntimeError
    assert cache.get(key(state)) is None
    assert store(token).revision == 1


def test_a_discarded_first_round_leaves_no_mark(cache: Any) -> None:
    """The same start key works again."""
    state = state_of(HelloToken)
    with STORAGE.begin(HelloToken, state, None) as claim:
        claim.discard()
    assert cache.get(key(state)) is None


@pytest.mark.parametrize("mark", ["", "garbled", "A" * 200])
def test_a_mark_that_cannot_be_read_is_a_mark(cache: Any, mark: str) -> None:
    """The revision is spent: its token is invalid, and nothing is played a second time."""
    state = state_of(HelloToken)
    cache.set(key(state), mark)
    assert_invalid(STORAGE.issue(HelloToken, state))


def test_a_mark_of_another_flow_cannot_be_read(cache: Any) -> None:
    """Whoever may write to the cache cannot hand one person's flow to another."""
    state, other = state_of(HelloToken), state_of(HelloToken)
    store(STORAGE.issue(HelloToken, other))
    cache.set(key(state), cache.get(key(other)))
    assert_invalid(STORAGE.issue(HelloToken, state))


def test_a_mark_leads_to_the_storage_that_took_the_flow_over() -> None:
    """To the revision that was asked for."""
    state = state_of(HelloBoth)
    token = STORAGE.issue(HelloBoth, state)
    database = get_storage("database")
    with STORAGE.claim(token) as claim:
        moved = claim.move(database, replace(state, revision=1), PAUSED)
    with pytest.raises(FlowMoved) as elsewhere:
        STORAGE.peek(token)
    assert elsewhere.value.token == moved.at(0)
    assert database.peek(moved).id == state.id


def test_a_cache_that_forgets_everything_lets_a_revision_be_used_again(settings: Settings) -> None:
    """The promise is best effort: that is why sign-in, links and counted attempts are refused here."""
    settings.CACHES = {"marks": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    token = STORAGE.issue(HelloToken, state_of(HelloToken))
    assert [store(token).revision, store(token).revision] == [1, 1]
    assert STORAGE.peek(token).revision == 0


def test_the_token_of_the_newest_state_is_issued_again() -> None:
    """For whoever came with an earlier one; who has it already keeps it."""
    state = state_of(HelloToken)
    first = STORAGE.issue(HelloToken, state)
    store(first)
    newest = STORAGE.peek(first)
    assert STORAGE.current(first, HelloToken, state) is first
    assert STORAGE.peek(STORAGE.current(first, HelloToken, newest)).revision == 1


def test_a_workflow_that_was_removed_takes_its_tokens_with_it() -> None:
    """A tag that no workflow has is an invalid token."""
    token = STORAGE.issue(type("Gone", (Hello,), {"resend": None}), state_of(HelloToken))
    with pytest.raises(InvalidToken):
        STORAGE.peek(token)
