"""Make many moves at random, and check the promises after each."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from wfapp.declaration.workflow import Workflow
from wfapp.testing.moves import AFTER_THE_END, MOVES, Broken, Data, Player
from wfapp.testing.walk import Walk

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

__all__ = ["Fuzzed", "fuzz"]

_ANSWERABLE = ("form", "start", "landing")


@dataclass(slots=True)
class Fuzzed:
    """Say what a run did: a test can see that it came to the pages it is about."""

    seed: int
    flows: int = 0
    moves: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    """How often each page was answered, by its step."""

    ends: Counter[str] = field(default_factory=Counter)


def fuzz(
    workflow: str | type[Workflow[Any]],
    data: Data | None = None,
    *,
    rounds: int = 200,
    seed: int | None = None,
    via: Literal["html", "json", "python"] = "html",
    user: AbstractBaseUser | None = None,
    params: Mapping[str, Any] | None = None,
    url: str = "",
) -> Fuzzed:
    """Make ``rounds`` moves: answers, double clicks, malformed input, buttons, back, reloads, late tabs, stolen tokens.

    ``data`` gives the values of a page: a dict by step, of values or of callables of the walk, or one callable of step
    and walk. A page without any gets what its schema allows. Raises AssertionError where a promise is broken, with the
    seed and the moves of that flow.
    """
    seed = secrets.randbelow(10**9) if seed is None else seed
    chance, done = random.Random(seed), Fuzzed(seed)  # noqa: S311 - made again from its seed
    left = rounds
    while left > 0:
        walk = Walk(workflow, via=via, user=user, params=params, url=url)
        player = Player(walk, chance, data, steps=done.steps)
        done.flows += 1
        try:
            left -= _play(player, done, left)
        except (AssertionError, Broken) as broken:
            script = "\n".join(f"  {line}" for line in player.script)
            raise AssertionError(
                f"{walk!r}: {broken}\nfuzz(…, seed={seed}) with flow {done.flows}:\n{script}"
            ) from broken
    return done


def _play(player: Player, done: Fuzzed, left: int) -> int:
    """Play one flow to its end, and a little further; give how many moves that were."""
    walk, made = player.walk, 0
    player.begin()
    while made < left and walk.shown.status in _ANSWERABLE:
        move = player.chance.choices(list(MOVES), list(MOVES.values()))[0]
        move(player)
        done.moves[move.__name__] += 1
        made += 1
    if walk.shown.over:
        done.ends[walk.shown.status] += 1
    for move in AFTER_THE_END:
        move(player)
    return made + 1
