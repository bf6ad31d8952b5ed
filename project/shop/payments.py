"""Speak to the payment server: a token for a card, one charge for a key, refunds."""

from __future__ import annotations

import json
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from django.conf import settings

__all__ = ["Declined", "PaymentFault", "charge", "refund", "token_for"]

PATIENCE = 2
"""How many seconds it may take to answer; whoever has waited that long asks again, with the same key."""

DECLINED = 402

_opener = build_opener(ProxyHandler({}))


class Declined(Exception):
    """Tell that the bank declined a card."""


class PaymentFault(Exception):
    """Tell that the payment server did not answer, or not in time: whether it did anything, nobody knows."""


def token_for(number: str) -> str:
    """Give what stands for a card, for one charge; raises PaymentFault. The number itself is kept nowhere."""
    return str(_asked("/tokens", {"number": number})["token"])


def charge(token: str, amount: str, *, reference: str, key: str) -> str:
    """Charge a card and give the payment's id; raises Declined or PaymentFault. The same ``key`` is charged once."""
    return str(_asked("/charges", {"token": token, "amount": amount, "reference": reference}, key)["id"])


def refund(reference: str, *, key: str) -> None:
    """Give back whatever was charged for a reference, also by a charge whose answer was lost; raises PaymentFault."""
    for paid in _asked(f"/charges?{urlencode({'reference': reference})}")["charges"]:
        if not paid["refund"]:
            _asked(f"/charges/{paid['id']}/refund", {}, f"{key}.{paid['id']}")


def _asked(path: str, body: dict[str, str] | None = None, key: str = "") -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = Request(settings.PAYMENT_URL + path, data, {"Idempotency-Key": key} if key else {})  # noqa: S310
    try:
        with _opener.open(request, timeout=PATIENCE) as answer:
            return json.load(answer)
    except HTTPError as error:
        error.close()
        if error.code == DECLINED:
            raise Declined from None
        raise PaymentFault(f"The payment server answered {error.code}.") from None
    except (URLError, OSError, ValueError) as error:
        # The error itself could hold a part of what was sent.
        raise PaymentFault(f"The payment server did not answer: {type(error).__name__}.") from None
