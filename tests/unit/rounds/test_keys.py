"""The keys that make a round exactly once."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from pytest_django import Settings

from tests.workflows import Hello, HelloToken
from wfapp.errors import InvalidToken, MalformedRequest
from wfapp.rounds.answer import Caller, Input
from wfapp.rounds.keys import fingerprint_of, idempotency_hash, input_digest, new_start_key, seed_of
from wfapp.storage.encoding import b64encode
from wfapp.storage.sealing import seal

FLOW = uuid.UUID(int=7)
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def of(input: Input, flow: uuid.UUID = FLOW, revision: int | None = 1) -> str:
    """Give the digest of an input."""
    return input_digest(flow, revision, input)


def typed(**values: Any) -> Input:
    """Give an input of JSON values."""
    return Input(values=values)


def posted(text: str) -> Input:
    """Give an input of a page's form."""
    return Input(values=QueryDict(text), json=False)


def uploaded(name: str, content: bytes, field: str = "scan") -> Input:
    """Give an input with a file."""
    return Input(values={}, files=MultiValueDict({field: [SimpleUploadedFile(name, content)]}))


# Digests of inputs

SAME = [
    (typed(a=1, b=[2]), typed(b=[2], a=1)),
    (typed(a={"x": 1, "y": 2}), typed(a={"y": 2, "x": 1})),
    (typed(a="é"), typed(a="é")),
    (Input(), Input(files=None)),
    (uploaded("a.png", b"1"), uploaded("a.png", b"1")),
    (posted("a=1&b=2&b=3"), posted("b=2&b=3&a=1")),
]
OTHER = [
    (typed(a=1), typed(a=2)),
    (typed(a=1), typed(a="1")),
    (typed(a=1), typed(a=True)),
    (typed(a=1), typed(b=1)),
    (typed(a=[1, 2]), typed(a=[2, 1])),
    (typed(a=None), typed()),
    (typed(), Input()),
    (typed(a=1), Input(action="resend", values={"a": 1})),
    (posted("a=1&b=2&b=3"), posted("a=1&b=3&b=2")),
    (posted("a=1"), posted("a=1&a=1")),
    (uploaded("a.png", b"1"), uploaded("a.png", b"2")),
    (uploaded("a.png", b"1"), uploaded("b.png", b"1")),
    (uploaded("a.png", b"1"), uploaded("a.png", b"1", field="photo")),
    (uploaded("a.png", b"1"), typed()),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_input_has_the_same_digest(one: Input, other: Input) -> None:
    """In whatever order its fields come."""
    assert of(one) == of(other)


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_input_has_another_digest(one: Input, other: Input) -> None:
    """Values, types, order of a list, action, and files by name and content."""
    assert of(one) != of(other)


def test_a_digest_belongs_to_one_revision_of_one_flow() -> None:
    """The same text typed into two pages is two inputs."""
    input = typed(code="123456")
    assert len({of(input), of(input, uuid.UUID(int=8)), of(input, revision=2), of(input, revision=None)}) == 4


def test_a_digest_needs_the_sites_key(settings: Settings) -> None:
    """Six digits are soon guessed from a hash without one."""
    before = of(typed(code="123456"))
    settings.WFAPP = {"KEYS": ["another key of the tests, forty characters"]}
    assert of(typed(code="123456")) != before


def test_a_file_is_read_again_after_its_digest() -> None:
    """The form reads it next."""
    input = uploaded("a.png", b"content")
    of(input)
    assert input.files is not None
    assert input.files["scan"].read() == b"content"


def nested(depth: int) -> Any:
    """Give a list in a list in a list."""
    value: Any = "deep"
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize("value", [nested(100_000), "\ud800", {"\ud800": 1}], ids=["deep", "surrogate", "key"])
def test_an_input_that_cannot_be_written_is_malformed(value: Any) -> None:
    """Not an error of the server."""
    with pytest.raises(MalformedRequest):
        of(typed(a=value))


def test_the_fingerprint_of_a_start_tells_params_and_input_apart() -> None:
    """The same key with anything else is another start."""
    starts = [(b"{}", None), (b'{"cart":7}', None), (b"{}", typed(a=1)), (b"{}", Input(action="skip"))]
    assert len({fingerprint_of(*start) for start in starts}) == 4
    assert fingerprint_of(b"{}", None) == fingerprint_of(b"{}", Input())


# Start keys


def test_each_first_page_has_a_seed_of_its_own() -> None:
    """Of 256 bits, found again from the key alone."""
    keys = [new_start_key(Hello, NOW) for _ in range(2)]
    seeds = [seed_of(Hello, key, NOW) for key in keys]
    assert [len(seed) for seed in seeds] == [32, 32]
    assert seeds[0] != seeds[1]
    assert seed_of(Hello, keys[0], NOW) == seeds[0]


def test_a_start_without_a_key_has_a_fresh_seed() -> None:
    """Two starts are two flows."""
    assert seed_of(Hello, "", NOW) != seed_of(Hello, "", NOW)


@pytest.mark.parametrize("age", [timedelta(0), timedelta(minutes=59, seconds=59), timedelta(hours=1)])
def test_a_start_key_works_for_an_hour(age: timedelta) -> None:
    """As long as somebody may look at a first page."""
    assert seed_of(Hello, new_start_key(Hello, NOW), NOW + age)


@pytest.mark.parametrize("age", [timedelta(hours=1, seconds=1), timedelta(days=400), timedelta(seconds=-6)])
def test_a_start_key_that_is_too_old_or_from_the_future_is_invalid(age: timedelta) -> None:
    """A few seconds ahead are another server's clock."""
    key = new_start_key(Hello, NOW)
    with pytest.raises(InvalidToken):
        seed_of(Hello, key, NOW + age)


def test_a_start_key_starts_its_own_workflow_alone() -> None:
    """It is bound to it."""
    key = new_start_key(HelloToken, NOW)
    with pytest.raises(InvalidToken):
        seed_of(Hello, key, NOW)


@pytest.mark.parametrize("key", ["x", "A" * 100, "é", "\ud800", " ", b64encode(seal("state", b"x" * 40, Hello.name))])
def test_a_start_key_that_is_none_of_ours_is_invalid(key: str) -> None:
    """Made up, garbled, or sealed for something else."""
    with pytest.raises(InvalidToken):
        seed_of(Hello, key, NOW)


# Idempotency keys

LONG = "k" * 22


def owner(**values: Any) -> Caller:
    """Give a caller of the endpoint."""
    return Caller(door="rest", **values)


def test_a_key_belongs_to_its_caller_and_workflow() -> None:
    """The same key of two people is two keys."""
    callers = [
        owner(user=User(pk=1)),
        owner(user=User(pk=2)),
        owner(browser="1"),
        owner(browser="2"),
        owner(),
    ]
    hashes = {idempotency_hash(workflow, caller, LONG) for workflow in (Hello, HelloToken) for caller in callers}
    assert len(hashes) == 10
    assert {len(text) for text in hashes} == {43}


def test_a_user_has_the_same_keys_in_every_browser() -> None:
    """The user comes first."""
    here, there = owner(user=User(pk=1), browser="1"), owner(user=User(pk=1), browser="2")
    assert idempotency_hash(Hello, here, "key") == idempotency_hash(Hello, there, "key")


@pytest.mark.parametrize("user", [None, AnonymousUser()])
def test_a_key_that_stands_alone_must_not_be_guessable(user: Any) -> None:
    """Whoever guesses it would get the flow; a short one of a caller who is known is fine."""
    with pytest.raises(MalformedRequest) as refused:
        idempotency_hash(Hello, owner(user=user), "k" * 21)
    assert str(refused.value) == "An Idempotency-Key needs at least 22 random characters."
    assert idempotency_hash(Hello, owner(user=user), LONG)
    assert idempotency_hash(Hello, owner(user=user, browser="1"), "1")
