"""Hold a claim for a round, and see to what it leaves behind: a count, steps that are due, a flow to be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from wfapp.engine.state import State
from wfapp.errors import Fault, WrongStep
from wfapp.rounds.acted import has_undo
from wfapp.rounds.answer import Answer, Caller
from wfapp.rounds.limits import Charge
from wfapp.rounds.running import fail, run_on
from wfapp.storage.base import Claim, FlowExists, FlowMoved, FlowWatched
from wfapp.storage.lease import Lease

__all__ = ["ChargeFirst", "Spoiled", "carried", "spoilable"]


class ChargeFirst(Exception):
    """Leave the claim, count the submission in transactions of its own, and come again."""

    def __init__(self, charges: list[Charge]) -> None:
        self.charges = charges
        super().__init__()


class Spoiled(Exception):
    """Carry an author's exception out of a round that must keep its count of attempts."""


@dataclass
class _CarryOn(Exception):
    """Leave the claim: what the round made of the flow is committed, and its next step runs outside of it."""

    lease: Lease
    caller: Caller


@dataclass
class _Broken(Exception):
    """Leave the claim: the round was rolled back, and the flow has acted, so that it cannot stay where it was."""

    state: State
    error: Exception


_NO_ERRORS = (Fault, WrongStep, ChargeFirst, FlowExists, FlowMoved, FlowWatched)


@contextmanager
def spoilable(claiming: AbstractContextManager[Claim]) -> Iterator[Claim]:
    """Hold a claim; a Spoiled leaves it as if all was well, so that the count is committed, then raises its cause."""
    spoiled: BaseException | None = None
    with claiming as claim:
        try:
            yield claim
        except Spoiled as exception:
            spoiled = exception.__cause__
        except Exception as error:
            if _is_broken(claim, error):
                raise _Broken(claim.state, error) from error
            raise
    if spoiled is not None:
        if isinstance(spoiled, Exception) and _is_broken(claim, spoiled):
            raise _Broken(claim.state, spoiled) from spoiled
        raise spoiled
    if claim.lease is not None:
        raise _CarryOn(claim.lease, claim.caller)


def carried(play_once: Callable[[], Answer], caller: Caller) -> Answer:
    """Run a round, and after it the steps that run outside of one."""
    try:
        return play_once()
    except _CarryOn as on:
        return run_on(on.lease, on.caller)
    except _Broken as broken:
        return fail(broken.state, caller, broken.error)


def _is_broken(claim: Claim, error: Exception) -> bool:
    """Tell whether an author's exception fails a flow: it would have to stay where it was, and has acted before."""
    return not isinstance(error, _NO_ERRORS) and not claim.state.over and has_undo(claim.state)
