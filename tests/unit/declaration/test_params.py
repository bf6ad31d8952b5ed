"""The params of a workflow: converted from what a client sends, and never changed after that."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfapp.declaration.context import Params, Struct, validate_params
from wfapp.declaration.values import convert_params, decode_params, encode_params
from wfapp.errors import DeclarationError, InvalidToken, MalformedRequest


class Window(Struct, frozen=True):
    days: tuple[datetime.date, ...] = ()


class Order(Params):
    cart: int
    coupon: str = ""
    gift: bool = False
    ratio: float = 0.0
    reference: uuid.UUID | None = None
    window: Window | None = None


def refusal(data: Any) -> str:
    """Return what a client is told."""
    with pytest.raises(MalformedRequest) as caught:
        convert_params(Order, data)
    return str(caught.value)


def test_params_of_json() -> None:
    """JSON values become what the class declares."""
    params = convert_params(Order, {"cart": 7, "window": {"days": ["2024-02-29"]}})
    assert params == Order(cart=7, window=Window(days=(datetime.date(2024, 2, 29),)))


def test_params_of_a_url() -> None:
    """The strings of a URL are converted; what a path converter made is taken as it is."""
    params = convert_params(Order, {"cart": "7", "gift": "true", "reference": uuid.UUID(int=3)})
    assert params == Order(cart=7, gift=True, reference=uuid.UUID(int=3))


def test_params_cannot_be_changed() -> None:
    """The input of a flow stays what it was."""
    with pytest.raises(AttributeError, match="immutable type: 'Order'"):
        Order(cart=7).cart = 8  # type: ignore[misc]


LEGAL = "legal: cart, coupon, gift, ratio, reference, window."


@pytest.mark.parametrize(
    ("data", "faults"),
    [
        ({}, "missing: cart"),
        ({"cart": 1, "x": 1}, "unknown: 'x'"),
        ({"cart": 1, "x\ud800\0": 1}, "unknown: 'x\\ud800\\x00'"),
        ({"cart": 1, "x" * 99: 1}, f"unknown: '{'x' * 40}'"),
        ({"cart": "seven"}, "of a wrong type: cart"),
        ({"cart": None}, "of a wrong type: cart"),
        ({"cart": 1, "coupon": 5}, "of a wrong type: coupon"),
        ({"cart": 1, "coupon": "\ud800"}, "of a wrong type: coupon"),
        ({"cart": 1, "ratio": "nan"}, "of a wrong type: ratio"),
        ({"cart": 1, "window": {"nights": []}, "gift": "often"}, "of a wrong type: gift"),
        ({"gift": [], "y": 2, "x": 1}, "unknown: 'y', 'x'; missing: cart; of a wrong type: gift"),
    ],
)
def test_what_does_not_fit(data: Any, faults: str) -> None:
    """A refusal names the keys and the legal ones, no class and no value."""
    assert refusal(data) == f"These params do not fit; {faults}; {LEGAL}"


def test_workflow_without_params_takes_none() -> None:
    """What nobody declared is refused."""
    with pytest.raises(MalformedRequest, match=r"^These params do not fit; unknown: 'cart'; legal: none\.$"):
        convert_params(Params, {"cart": 7})


def test_params_come_back_from_storage() -> None:
    """What is stored is read back."""
    params = Order(cart=7, window=Window(days=(datetime.date(2024, 2, 29),)))
    assert decode_params(Order, encode_params(params)) == params


def test_stored_params_that_are_no_longer_declared(caplog: pytest.LogCaptureFixture) -> None:
    """A param that a deploy removed does not end the flow."""
    assert decode_params(Order, b'{"cart": 7, "gone": 1}') == Order(cart=7)
    assert caplog.messages == ["Order: dropped keys that are no longer declared: gone"]


@pytest.mark.parametrize("data", [b"{}", b'{"cart": "7"}', b"", b"[]"])
def test_stored_params_that_do_not_fit(data: bytes) -> None:
    """Params that the class cannot read are an invalid token, not strings to convert."""
    with pytest.raises(InvalidToken):
        decode_params(Order, data)


def test_params_that_could_be_changed_are_refused() -> None:
    """Deeply read-only is a matter of the declared types."""

    class Cart(Params):
        items: list[int] = []

    validate_params(Order)
    with pytest.raises(DeclarationError, match=r"Cart\.items: params are read-only, and list can be changed"):
        validate_params(Cart)


def test_params_that_cannot_be_stored_are_refused() -> None:
    """Params are stored with the flow."""

    class Cart(Params):
        owner: complex = 0j

    with pytest.raises(DeclarationError, match=r"Cart\.owner: complex cannot be stored"):
        validate_params(Cart)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["cart", "gift", "ratio", "reference", "window"]) | st.text(), json_like))
def test_whatever_a_client_sends_is_stored_or_refused(data: dict[str, Any]) -> None:
    """No input is worth more than a clear refusal."""
    try:
        params = convert_params(Order, data)
    except MalformedRequest as refused:
        str(refused).encode()
    else:
        assert decode_params(Order, encode_params(params)) == params
