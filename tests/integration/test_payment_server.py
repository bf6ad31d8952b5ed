"""The demo's payment server, over HTTP: one charge for a key, one key for a token, one refund."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.payments import DECLINED, GOOD, Payments


@pytest.fixture
def bank(payment_server: Payments) -> Iterator[httpx.Client]:
    """Speak to the server."""
    with httpx.Client(base_url=payment_server.url, trust_env=False) as client:
        yield client


def token(bank: httpx.Client, number: str = GOOD) -> str:
    """Exchange a card for a token."""
    return str(bank.post("/tokens", json={"number": number}).json()["token"])


def charge(bank: httpx.Client, key: str, token: str, amount: str = "1.00") -> httpx.Response:
    """Charge it; the key is the reference, too."""
    body = {"token": token, "amount": amount, "reference": key}
    return bank.post("/charges", json=body, headers={"Idempotency-Key": key})


def test_a_key_charges_once(bank: httpx.Client, payment_server: Payments) -> None:
    """Sent again, it gets the same answer; with other input it is refused."""
    card = token(bank)
    first, again, other = charge(bank, "once", card), charge(bank, "once", card), charge(bank, "once", card, "2.00")
    assert (first.status_code, again.json()) == (201, first.json())
    assert (other.status_code, other.json()) == (422, {"error": "key-reused"})
    (kept,) = payment_server.charges("once")
    assert (kept["amount"], kept["requests"]) == ("1.00", 3)


def test_a_token_serves_one_key(bank: httpx.Client, payment_server: Payments) -> None:
    """Whoever finds it later gets nothing for it."""
    card = token(bank)
    charge(bank, "own", card)
    assert charge(bank, "foreign", card).status_code == 404
    assert payment_server.charges("foreign") == []


def test_a_declined_card(bank: httpx.Client, payment_server: Payments) -> None:
    """Nothing is charged, however often somebody asks."""
    card = token(bank, DECLINED)
    assert [charge(bank, "declined", card).status_code for _ in range(2)] == [402, 402]
    assert payment_server.charges("declined") == []


def test_a_refund_is_made_once(bank: httpx.Client, payment_server: Payments) -> None:
    """Also under another key."""
    pk = charge(bank, "back", token(bank)).json()["id"]
    for key in ("first", "first", "second"):
        assert bank.post(f"/charges/{pk}/refund", json={}, headers={"Idempotency-Key": key}).json() == {"id": pk}
    assert payment_server.charges("back")[0]["refund"] == "first"


@pytest.mark.parametrize(
    ("path", "body", "status", "error"),
    [
        ("/charges", b"{}", 400, "no-key"),
        ("/charges", b"[", 400, "malformed"),
        ("/tokens", b'{"number": 1}', 400, "malformed"),
        ("/tokens", b"x" * 5000, 400, "malformed"),
        ("/nothing", b"{}", 400, "no-key"),
    ],
)
def test_what_is_refused(bank: httpx.Client, path: str, body: bytes, status: int, error: str) -> None:
    """In a word."""
    answer = bank.post(path, content=body)
    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_a_number_is_kept_nowhere(bank: httpx.Client, payment_server: Payments) -> None:
    """The books have its last four digits."""
    number = "4111111111111111"
    assert charge(bank, "kept", token(bank, number)).json()["card"] == "1111"
    books: Path = payment_server.ledger
    assert number.encode() not in b"".join(file.read_bytes() for file in books.parent.iterdir())
