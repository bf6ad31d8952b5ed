"""The cards that are no good, as the test cards of payment providers; every other number is charged."""

from __future__ import annotations

from typing import Literal

__all__ = ["DECLINED", "FAILING", "GOOD", "SLOW", "Behaviour", "behaviour_of"]

Behaviour = Literal["good", "declined", "slow", "failing"]

GOOD = "4242424242424242"

DECLINED = "4000000000000002"
"""The bank declines it."""

SLOW = "4000000000003006"
"""It is charged at once, and the first answer that says so takes three seconds."""

FAILING = "4000000000000507"
"""The first request of each charge is answered with an error of the server, and nothing is charged."""

BEHAVIOURS: dict[str, Behaviour] = {DECLINED: "declined", SLOW: "slow", FAILING: "failing"}


def behaviour_of(number: str) -> Behaviour:
    """Tell how a card behaves."""
    return BEHAVIOURS.get(number, "good")
