"""A payment server as shops know them: it takes a card once, gives a token for it, and charges the token."""

from __future__ import annotations

import hashlib

__all__ = ["DECLINED", "Declined", "charge", "token_for"]

DECLINED = "4000000000000002"
"""The number of a card that the bank declines, as in the test cards of payment providers."""


class Declined(Exception):
    """Tell that the bank declined a card."""


def token_for(number: str) -> str:
    """Give what stands for a card; the number itself is kept nowhere."""
    return ("declined-" if number == DECLINED else "card-") + number[-4:]


def charge(token: str, amount: str, *, key: str) -> str:
    """Charge a card and give the payment's id; raises Declined. The same ``key`` is charged once."""
    if token.startswith("declined-"):
        raise Declined
    return "pay-" + hashlib.sha256(f"{key}:{token}:{amount}".encode()).hexdigest()[:20]
