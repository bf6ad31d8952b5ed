"""The way of a context into storage and back."""

from __future__ import annotations

import datetime
import decimal
import enum
import logging
import math
import traceback
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.utils.functional import SimpleLazyObject, lazy
from django.utils.safestring import mark_safe
from hypothesis import given
from hypothesis import strategies as st

from wfapp.declaration.context import Context, Secret, Struct
from wfapp.declaration.structs import same
from wfapp.declaration.values import MAX_CONTEXT, decode_context, encode_context, key_sizes
from wfapp.errors import ContextTooLarge, InvalidToken, NotStorable

PLANTED = "planted-b7f1"


class Colour(enum.Enum):
    RED = "red"


class Address(Struct):
    city: str = ""
    lines: list[str] = []


class Login(Context):
    user_id: int | None = None
    email: str = ""
    mfa: bool = False
    code_hash: Secret[str] = ""


class Full(Context):
    anything: Any = None
    number: int = 0
    ratio: float = 0.0
    text: str = ""
    flag: bool = False
    amount: decimal.Decimal = decimal.Decimal(0)
    day: datetime.date | None = None
    moment: datetime.datetime | None = None
    clock: datetime.time | None = None
    span: datetime.timedelta | None = None
    key: uuid.UUID | None = None
    raw: bytes = b""
    colour: Colour = Colour.RED
    address: Address | None = None
    tags: list[str] = []
    pair: tuple[int, str] = (0, "")
    counts: dict[str, int] = {}
    unique: frozenset[int] = frozenset()


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "anything": st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ),
    "number": st.integers(),
    "ratio": st.floats(allow_nan=False, allow_infinity=False),
    "text": st.text(),
    "flag": st.booleans(),
    "amount": st.decimals(allow_nan=False, allow_infinity=False),
    "day": st.dates(),
    "moment": st.datetimes() | st.datetimes(datetime.datetime(2000, 1, 1), timezones=st.timezones()),  # noqa: DTZ001
    "clock": st.times(),
    "span": st.timedeltas(datetime.timedelta(days=-9999), datetime.timedelta(days=9999)),
    "key": st.uuids(),
    "raw": st.binary(),
    "address": st.builds(Address, city=st.text()),
    "pair": st.tuples(st.integers(), st.text()),
    "counts": st.dictionaries(st.text(), st.integers()),
    "unique": st.frozensets(st.integers()),
}


def stored(ctx: Context) -> Any:
    """Store a context and read it back."""
    return decode_context(type(ctx), type(ctx).version, encode_context(ctx, where="there"))


def test_every_type_comes_back() -> None:
    """What may be declared is read back as it was."""
    ctx = Full(
        anything={"a": [1, 2.5, None, True, "x", {"b": []}]},
        number=2**70,
        ratio=1.5,
        text="ä\0\u2028",
        flag=True,
        amount=decimal.Decimal("1.10"),
        day=datetime.date(2024, 2, 29),
        moment=datetime.datetime(2024, 2, 29, 12, 0, 0, 5, tzinfo=datetime.UTC),
        clock=datetime.time(23, 59),
        span=datetime.timedelta(days=-1, microseconds=3),
        key=uuid.UUID(int=5),
        raw=b"\0\xff",
        colour=Colour.RED,
        address=Address("Bern", ["a"]),
        tags=["x"],
        pair=(1, "y"),
        counts={"a": 1},
        unique=frozenset({1, 2}),
    )
    assert stored(ctx) == ctx


@given(st.builds(Full, **VALUES))
def test_any_value_of_the_declared_type_comes_back(ctx: Full) -> None:
    """Storing keeps every value that the types allow and JSON can tell."""
    assert same(stored(ctx), ctx)


@pytest.mark.parametrize("text", [mark_safe("<b>"), lazy(lambda: "<b>", str)(), lazy(lambda: mark_safe("<b>"), str)()])
def test_lazy_and_safe_strings_become_plain(text: Any) -> None:
    """A stored string makes no claim to be safe, and needs no language."""
    ctx = stored(Full(text=text, tags=[text], anything={text: [text]}, address=Address(text)))
    assert ctx == Full(text="<b>", tags=["<b>"], anything={"<b>": ["<b>"]}, address=Address("<b>"))
    assert {type(ctx.text), type(ctx.tags[0]), type(ctx.anything["<b>"][0]), type(next(iter(ctx.anything)))} == {str}


def test_time_in_the_hour_that_a_clock_repeats() -> None:
    """An aware time survives the night when the clocks go back."""
    moment = datetime.datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Zurich"))
    assert stored(Full(moment=moment, anything=None)).moment.astimezone(datetime.UTC).hour == 1


class Child(Address):
    extra: str = ""


endless: list[Any] = []
endless.append(endless)


@pytest.mark.parametrize(
    ("key", "value", "declared"),
    [
        ("number", PLANTED, "int"),
        ("number", True, "int"),
        ("number", 1.5, "int"),
        ("flag", 1, "bool"),
        ("text", 5, "str"),
        ("text", b"x", "str"),
        ("text", "\ud800", "str"),
        ("text", None, "str"),
        ("ratio", math.nan, "float"),
        ("ratio", math.inf, "float"),
        ("amount", decimal.Decimal("NaN"), "Decimal"),
        ("amount", decimal.Decimal("sNaN"), "Decimal"),
        ("amount", 0.1, "Decimal"),
        ("day", "2024-01-01", "date | None"),
        ("moment", datetime.date(2024, 1, 1), "datetime | None"),
        ("key", str(uuid.UUID(int=1)), "UUID | None"),
        ("colour", "red", "Colour"),
        ("tags", ("x",), "list[str]"),
        ("tags", {"x"}, "list[str]"),
        ("pair", [1, "x"], "tuple[int, str]"),
        ("counts", {1: 1}, "dict[str, int]"),
        ("address", {"city": "Bern"}, "Address | None"),
        ("address", Child(), "Address | None"),
        ("anything", (1, 2), "Any"),
        ("anything", [(1, 2)], "Any"),
        ("anything", math.nan, "Any"),
        ("anything", datetime.date(2024, 1, 1), "Any"),
        ("anything", decimal.Decimal(1), "Any"),
        ("anything", {1: 2}, "Any"),
        ("anything", {"a": {1}}, "Any"),
        ("anything", Address(), "Any"),
        ("anything", object(), "Any"),
        ("anything", SimpleLazyObject(object), "Any"),
        ("anything", endless, "Any"),
        ("anything", iter("x"), "Any"),
    ],
)
def test_what_does_not_come_back_equal_is_refused(key: str, value: Any, declared: str) -> None:
    """The refusal names step, class, key and types, and never the value."""
    ctx = Full(text="x")
    ctx.set(key, value)
    with pytest.raises(NotStorable) as caught:
        encode_context(ctx, where="verify")
    found = f"the {type(value).__name__} it holds does not come back equal from JSON"
    assert str(caught.value) == f'verify: the key "{key}" of Full is declared as {declared}, and {found}.'
    assert PLANTED not in "".join(traceback.format_exception(caught.value))


def test_context_over_the_limit_names_the_largest_keys() -> None:
    """The author learns what to move elsewhere."""
    ctx = Full(text="x" * MAX_CONTEXT, tags=["y" * 100], raw=b"z" * 30)
    with pytest.raises(ContextTooLarge) as caught:
        encode_context(ctx, where="verify")
    size = len(msgspec.json.encode(ctx))
    largest = f"text ({MAX_CONTEXT + 2}), tags (104), raw (42)"
    assert str(caught.value) == f"verify: the context takes {size} bytes of 65536; its largest: {largest}."


def test_context_at_the_limit_is_stored() -> None:
    """The limit itself is still allowed."""
    ctx = Login()
    ctx.email = "x" * (MAX_CONTEXT - len(encode_context(ctx, where="there")))
    assert len(encode_context(ctx, where="there")) == MAX_CONTEXT


def test_key_sizes_come_largest_first() -> None:
    """Sizes are those of the JSON."""
    assert key_sizes(Login(email="abcd")) == [("email", 6), ("mfa", 5), ("user_id", 4), ("code_hash", 2)]


def test_undeclared_keys_are_dropped_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A key that a deploy removed goes, by its name in the log."""
    with caplog.at_level(logging.DEBUG):
        ctx = decode_context(Login, 1, b'{"email": "a", "gone": "planted-b7f1", "away": 1}')
    assert ctx == Login(email="a")
    assert caplog.messages == ["Login: dropped keys that are no longer declared: away, gone"]


def test_new_keys_take_their_default() -> None:
    """A key that a deploy added has its default in flows of before."""
    assert decode_context(Login, 1, b"{}") == Login()


@pytest.mark.parametrize(
    "data", [b'{"user_id": "planted-b7f1"}', b'{"mfa": null}', b"[]", b"5", b"null", b"", b"\xff", b"[" * 9999]
)
def test_what_does_not_fit_is_an_invalid_token(data: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """A stored context that its class cannot read is gone, and never shown."""
    with pytest.raises(InvalidToken) as caught:
        decode_context(Login, 1, data)
    assert PLANTED not in "".join(traceback.format_exception(caught.value)) + caplog.text


def test_log_names_the_keys_that_do_not_fit(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever looks for the reason finds the keys."""
    with pytest.raises(InvalidToken):
        decode_context(Login, 1, b'{"user_id": "x", "email": "a", "mfa": 1}')
    assert caplog.messages == ["Login cannot read what is stored: ValidationError (user_id, mfa)"]


class Upgraded(Context):
    version = 2
    name: str = ""
    since: datetime.date | None = None

    @classmethod
    def upgrade(cls, version: int, data: dict[str, Any]) -> dict[str, Any]:
        """Join two keys of version 1."""
        first, last = data.pop("first"), data.pop("last")
        return {**data, "name": f"{first} {last}", "since": datetime.date(2024, 1, version)}


def test_upgrade_turns_older_data_into_todays() -> None:
    """An upgrade sees the old keys and may give Python values."""
    ctx = decode_context(Upgraded, 1, b'{"first": "Ada", "last": "L", "gone": 1}')
    assert ctx == Upgraded(name="Ada L", since=datetime.date(2024, 1, 1))


def test_todays_data_is_not_upgraded() -> None:
    """The version that stored is compared, not guessed."""
    assert decode_context(Upgraded, 2, b'{"name": "Ada"}') == Upgraded(name="Ada")


def test_upgrade_that_raises_is_an_invalid_token(caplog: pytest.LogCaptureFixture) -> None:
    """An upgrade's exception is logged by its name, for its text may hold a value."""
    with pytest.raises(InvalidToken):
        decode_context(Upgraded, 1, b'{"name": "planted-b7f1"}')
    assert caplog.messages == ["Upgraded cannot read what is stored: KeyError (no key)"]


@pytest.mark.parametrize("upgraded", [None, 5, [], {"name": 5}, {"name": object()}])
def test_upgrade_that_returns_what_does_not_fit(upgraded: Any) -> None:
    """Whatever an upgrade returns, the flow ends with a clear answer."""

    class Odd(Upgraded):
        @classmethod
        def upgrade(cls, version: int, data: dict[str, Any]) -> Any:
            return upgraded

    with pytest.raises(InvalidToken):
        decode_context(Odd, 1, b"{}")


def test_class_that_refuses_values_itself(caplog: pytest.LogCaptureFixture) -> None:
    """What a class checks when it is made is checked when it is read, whatever it raises."""

    class Picky(Context):
        email: str = ""

        def __post_init__(self) -> None:
            if self.email:
                raise LookupError(self.email)

    with pytest.raises(InvalidToken):
        decode_context(Picky, 1, b'{"email": "planted-b7f1"}')
    assert caplog.messages == ["Picky cannot read what is stored: LookupError (no key)"]
