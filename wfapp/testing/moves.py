"""What hostile, hasty and forgetful people do to a flow, each with the promise that it puts to the test."""

from __future__ import annotations

import random
import reprlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.core import mail

from wfapp.engine.state import encode_state
from wfapp.models import FlowEvent
from wfapp.testing.generated import malformed, valid
from wfapp.testing.shown import Shown
from wfapp.testing.walk import Walk

__all__ = ["AFTER_THE_END", "MOVES", "Broken", "Data", "Player"]

Data = Callable[[str, Walk], Mapping[str, Any]] | Mapping[str, Any]
"""Values for each page: by its step, as values or as a callable of the walk, or one callable of step and walk."""

_LATE = (409, 410)
_STRANGERS = (403, 410)
_UNREADABLE = (400, 409, 413, 422)
"""What input that nobody should send may get; it may name another revision, too."""

_LIMITED = 429
_OWN = "wf."


class Broken(Exception):
    """Say which promise was broken."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """Hold a page that was answered: it can be answered once more, or late."""

    shown: Shown
    action: str
    values: Mapping[str, Any] | None
    revision: int


@dataclass(slots=True)
class Player:
    """Make moves at random, and check after each what must hold."""

    walk: Walk
    chance: random.Random
    data: Data | None
    script: list[str] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)
    sent: list[_Sent] = field(default_factory=list)

    def begin(self) -> None:
        """Open the first page."""
        shown = self._move("begin", self.walk.door.open)
        if shown.fault:
            raise Broken(f"its start was answered with {shown.fault}: {self.walk.told()}")

    def submit(self) -> None:
        """Answer the page: the flow goes one revision on, or says why not."""
        self._send("submit", "", self._values())

    def submit_twice(self) -> None:
        """Click twice: the second click gets the same answer, and nothing runs."""
        values, page = self._values(), self.walk.shown
        first = self._send("submit", "", values)
        if not self.walk.door.clickable or first.fault:
            return
        before = self._standing()
        second = self._move("the same again", lambda: self.walk.door.send(page, "", values))
        if _told(first) != _told(second):
            raise Broken(f"the same post again was answered otherwise: {_told(first)}, then {_told(second)}")
        self._same(before, "the same post again")

    def submit_malformed(self) -> None:
        """Send what nobody should: it is refused with a clear 4xx or an error, and nothing is lost."""
        self._send("submit", "", malformed(self.walk.shown.schema, self.chance), hostile=True)
        if self.walk.shown.refused:
            # A page shows again what was typed, and a browser would send it again.
            self.reload()

    def act(self) -> None:
        """Press a button of the page."""
        names = [name for name in self.walk.actions if not name.startswith(_OWN)]
        if names:
            values = self._values() if self.chance.random() < 0.5 else None
            self._send("action", self.chance.choice(names), values)

    def back(self) -> None:
        """Go back, where the page offers it."""
        if "wf.back" in self.walk.actions:
            self._send("action", "wf.back", None)

    def reload(self) -> None:
        """Load the page again: nothing changes."""
        before, step = self._standing(), self.walk.step
        shown = self._move("look", self.walk.door.look)
        self._same(before, "a look")
        if shown.step != step:
            raise Broken(f"a look at {step!r} shows {shown.step!r}")

    def refresh(self) -> None:
        """Have the page drawn anew: nothing changes."""
        page, values = self.walk.shown, self._values()
        if page.status == "form":
            before = self._standing()
            self._move(f"refresh {_short(values)}", lambda: self.walk.door.send(page, "wf.refresh", values))
            self._same(before, "a refresh")

    def answer_late(self) -> None:
        """Answer a page of another tab with something else, or long after: it is refused, and nothing changes."""
        now, page = self._revision(), self.walk.shown
        old = [sent for sent in self.sent if sent.revision < now]
        if not (old and self.walk.door.clickable):
            return
        sent = self.chance.choice(old)
        if sent.revision == now - 1:
            # The very same post would be its second click.
            other = valid(sent.shown.schema, self.chance)
            if not _differ(other, sent.values or {}):
                return
            sent = replace(sent, values=other)
        self._refused(f"page {sent.shown.step!r} of another tab", self.walk, sent, _LATE)
        self.walk._shown = page

    def steal(self) -> None:
        """Answer the page as somebody else, who got hold of the token."""
        state = self.walk.door.state()
        over = self.walk.shown.over
        if state is None or not state.binding or not self.walk.door.clickable or (over and not self.sent):
            return
        self.script.append("a stranger with the token:")
        stranger = Walk(self.walk.workflow, via=self.walk.via, params=self.walk.door.params, url=self._url())
        stranger.door = self.walk.door.stolen()
        page = self.sent[-1].shown if over else self.walk.shown
        own = _Sent(page, "", valid(page.schema, self.chance), state.revision)
        self._refused("the page as a stranger", stranger, own, _STRANGERS)

    def _refused(self, what: str, walk: Walk, sent: _Sent, legal: tuple[int, ...]) -> None:
        before = self._standing()
        given = lambda: walk.door.send(sent.shown, sent.action, sent.values)  # noqa: E731
        shown = self._move(f"{what} {_short(sent.values)}", given, walk=walk)
        if shown.fault not in legal:
            codes = " or ".join(map(str, legal))
            raise Broken(f"{what} was answered with {_answered(shown)} instead of {codes}")
        self._same(before, what)

    def _send(self, what: str, action: str, values: Mapping[str, Any] | None, *, hostile: bool = False) -> Shown:
        page, before, revision = self.walk.shown, self._standing(), self._revision()
        self.steps[page.step] += 1
        shown = self._move(
            f"{what} {action}{values} at {page.step!r}", lambda: self.walk.door.send(page, action, values)
        )
        if not hostile:
            self._remember(_Sent(page, action, values, revision), began=before is None)
        if shown.fault:
            self._faulty(shown, hostile)
            self._same(before, f"a {shown.fault}")
            if not self.walk.shown.over:
                self.reload()
        elif before is not None and self._revision() != revision + 1:
            raise Broken(f"{what} took the flow from revision {revision} to {self._revision()}")
        return shown

    def _remember(self, sent: _Sent, *, began: bool) -> None:
        """Keep a page that was answered; what no flow came of is a start of its own, and may become another flow."""
        if not began or self._revision():
            self.sent.append(sent)

    def _faulty(self, shown: Shown, hostile: bool) -> None:
        legal = (*_UNREADABLE, _LIMITED) if hostile or self.data is None else (_LIMITED,)
        if shown.fault not in legal:
            raise Broken(f"the current page was answered with {_answered(shown)}")

    def _move(self, line: str, move: Callable[[], Shown], *, walk: Walk | None = None) -> Shown:
        """Write a move down, make it, and turn an exception into a broken promise."""
        self.script.append(line)
        try:
            shown = (walk or self.walk)._go(move)
        except AssertionError:
            raise
        except Exception as error:
            raise Broken(f"it raised {type(error).__name__}: a client would get a 500") from error
        if shown.fault >= 500:
            raise Broken(f"it was answered with {shown.fault}")
        return shown

    def _values(self) -> dict[str, Any]:
        page = self.walk.shown
        found: Any = self.data(page.step, self.walk) if callable(self.data) else (self.data or {}).get(page.step)
        if found is None:
            return valid(page.schema, self.chance)
        return dict(found(self.walk) if callable(found) else found)

    def _standing(self) -> tuple[Any, ...] | None:
        """Give everything that a flow is, and what it has sent; None where there is no flow."""
        state = self.walk.door.state()
        if state is None:
            return None
        events = FlowEvent.objects.filter(flow=state.id).count()
        return encode_state(state), events, len(getattr(mail, "outbox", ()))

    def _same(self, before: tuple[Any, ...] | None, what: str) -> None:
        if self._standing() != before:
            raise Broken(f"{what} changed the flow, its timeline, or sent a mail")

    def _revision(self) -> int:
        state = self.walk.door.state()
        return state.revision if state is not None else 0

    def _url(self) -> str:
        return getattr(self.walk.door, "url", "")


def _told(shown: Shown) -> tuple[Any, ...]:
    return shown.status, shown.step, shown.title, dict(shown.errors), dict(shown.data), shown.reason, shown.messages


_shorten = reprlib.Repr()
_shorten.maxdict = _shorten.maxlist = 10
_shorten.maxstring = _shorten.maxother = 40


def _short(values: Mapping[str, Any] | None) -> str:
    """Write values down so that the script of a flow can be read."""
    return _shorten.repr(dict(values)) if values is not None else ""


def _differ(values: Mapping[str, Any], others: Mapping[str, Any]) -> bool:
    """Tell whether a browser would surely post something else."""
    return any(value and value is not True and value != others.get(name) for name, value in values.items())


def _answered(shown: Shown) -> str:
    return str(shown.fault) if shown.fault else f"{shown.status} {shown.step}".strip()


MOVES: Mapping[Callable[[Player], None], int] = {
    Player.submit: 8,
    Player.submit_twice: 4,
    Player.submit_malformed: 4,
    Player.act: 3,
    Player.back: 2,
    Player.reload: 2,
    Player.refresh: 2,
    Player.answer_late: 3,
    Player.steal: 2,
}
"""What is done, and how often compared with the others."""

AFTER_THE_END = (Player.answer_late, Player.steal)
"""What can be done to a flow that has ended."""
