"""Walk through a workflow in a test, by whichever door."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, Self

from django.test import Client

from wfapp.declaration.context import Context
from wfapp.declaration.registry import registry
from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import State, context_of
from wfapp.models import AbstractFlow
from wfapp.rounds.stage import Stage
from wfapp.storage.database import model_of
from wfapp.testing.door import Door, Values
from wfapp.testing.json_door import JsonDoor
from wfapp.testing.mails import Outbox
from wfapp.testing.page_door import PageDoor
from wfapp.testing.python_door import PythonDoor
from wfapp.testing.record import Record
from wfapp.testing.shown import GONE, Shown
from wfapp.testing.standing import begin_at, state_at

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

__all__ = ["Walk"]

Via = Literal["html", "json", "python"]


class Walk:
    """Drive a workflow as a person (``html``), a client (``json``) or code of the site (``python``) does.

    ``walk.submit(username="alice")`` answers a page and fails with what the page says where it was refused;
    ``walk.reject(…)`` fails where it was not. What came back stands in ``step``, ``title``, ``passed``, ``errors``, …
    in the same words through every door. It begins with the first of these. ``url`` is the address of the pages, by
    default that of the workflow's first route; ``client`` is a test client of yours.
    """

    def __init__(
        self,
        workflow: str | type[Workflow[Any]],
        *,
        via: Via = "html",
        user: AbstractBaseUser | None = None,
        client: Client | None = None,
        params: Mapping[str, Any] | None = None,
        url: str = "",
    ) -> None:
        self.workflow = registry.get(workflow) if isinstance(workflow, str) else workflow
        self.via = via
        self.outbox = Outbox()
        self.record = Record()
        self._shown: Shown | None = None
        begin = (self.workflow, user, params or {}, self.record)
        if via == "html":
            self.door: Door = PageDoor(*begin, client=client, url=url)
        elif via == "json":
            self.door = JsonDoor(*begin, client=client)
        elif via == "python":
            self.door = PythonDoor(*begin)
        else:
            raise AssertionError(f"Walk: via is {via!r}; legal are html, json, python.")

    def at(
        self,
        step: str,
        *,
        ctx: Context | Mapping[str, Any] | None = None,
        answers: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> Self:
        """Stand at a step with this context, in the database, without the steps before it."""
        caller = self.door.caller()
        state = state_at(self.workflow, step, caller=caller, ctx=ctx, params=self.door.params, answers=answers)
        stage = Stage(self.workflow, state, caller)
        self.record.look_into(stage.workflow)
        self._go(lambda: self.door.adopt(state, begin_at(state, stage)))
        return self

    @property
    def shown(self) -> Shown:
        """Give what the last exchange showed; begins the walk where it has not begun."""
        return self._shown if self._shown is not None else self._go(self.door.open)

    def submit(self, data: Values | None = None, /, **fields: Any) -> Self:
        """Answer the page, with values as in JSON, or files; raises AssertionError where it was refused."""
        self._send("submit", "", {**(data or {}), **fields})
        return self

    def reject(self, data: Values | None = None, /, **fields: Any) -> Self:
        """Answer the page; raises AssertionError where it was accepted."""
        self._send("reject", "", {**(data or {}), **fields}, refused=True)
        return self

    def action(self, name: str, data: Values | None = None, /, **fields: Any) -> Self:
        """Press a button of the page; raises AssertionError where there is none, or where it was refused."""
        legal = self.shown.actions
        if name not in legal and not name.startswith("wf."):
            known = ", ".join(legal) or "none"
            raise AssertionError(f"{self!r}: the page has no action {name!r}; legal are {known}.\n{self.told()}")
        self._send(f"action {name!r}", name, {**(data or {}), **fields} or None)
        return self

    def reject_action(self, name: str, data: Values | None = None, /, **fields: Any) -> Self:
        """Press a button, one that the page does not show as well; raises AssertionError where that was accepted."""
        self._send(f"reject_action {name!r}", name, {**(data or {}), **fields} or None, refused=True)
        return self

    def back(self) -> Self:
        """Go back to the page before."""
        return self.action("wf.back")

    def cancel(self) -> Self:
        """Cancel the flow, where its workflow offers that."""
        return self.action("wf.cancel")

    def refresh(self, data: Values | None = None, /, **fields: Any) -> Self:
        """Have the page drawn anew with what is typed; nothing is validated."""
        typed = {**(data or {}), **fields}
        shown = self.shown
        self.record.type(typed)
        self._go(lambda: self.door.send(shown, "wf.refresh", typed))
        return self

    def look(self) -> Self:
        """Load the page again."""
        self._go(self.door.look)
        return self

    def open(self, link: str, *, user: AbstractBaseUser | None = None) -> Walk:
        """Open a link out of a mail, in another browser: gives the walk of whoever does."""
        keywords: dict[str, Any] = {"url": self.door.url} if isinstance(self.door, PageDoor) else {}
        other = Walk(self.workflow, via=self.via, user=user, params=self.door.params, **keywords)
        other._go(lambda: other.door.follow(link))
        return other

    status = property(lambda self: self.shown.status, doc="Where the flow stands, as on the wire; ``gone``: no page.")
    step = property(lambda self: self.shown.step)
    title = property(lambda self: self.shown.title)
    passed = property(lambda self: self.shown.passed, doc="The passed context, as in JSON.")
    errors = property(lambda self: self.shown.errors, doc="One text for each field, ``__form`` for the whole.")
    messages = property(lambda self: self.shown.messages)
    actions = property(lambda self: self.shown.actions, doc="The ids of the buttons beside the submit button.")
    fields = property(lambda self: self.shown.fields)
    data = property(lambda self: self.shown.data, doc="The data of ``Finish``.")
    reason = property(lambda self: self.shown.reason)
    redirect = property(lambda self: self.shown.redirect, doc="Where the end leads.")
    fault = property(lambda self: self.shown.fault, doc="The HTTP status of a fault; 0 where there was none.")
    finished = property(lambda self: self.shown.status == "finished")
    text = property(lambda self: self.shown.text, doc="The body as it came: HTML or JSON.")

    @property
    def client(self) -> Client:
        """Give the test client; raises AttributeError for code, which has none."""
        client: Client = self.door.client  # type: ignore[attr-defined]
        return client

    @property
    def id(self) -> uuid.UUID | None:
        """Give the flow's id; None before there is a flow."""
        state = self._state()
        return state.id if state is not None else None

    @property
    def ctx(self) -> Context:
        """Read the context as it is stored."""
        state = self._state()
        if state is None:
            raise AssertionError(f"{self!r} has no flow, or one that is gone.")
        return context_of(state, self.workflow)

    @property
    def row(self) -> AbstractFlow | None:
        """Read the flow's row; None where it has none."""
        flow_id = self.id
        return model_of(self.workflow)._base_manager.filter(pk=flow_id).first() if flow_id is not None else None

    def told(self) -> str:
        """Say where the walk stands, for the message of a failed test."""
        shown = self.shown
        parts = {"errors": dict(shown.errors), "messages": list(shown.messages), "fault": shown.fault}
        said = "".join(f", {name}: {value}" for name, value in parts.items() if value)
        return f"status: {shown.status}, step: {shown.step or '(none)'}{said}"

    def __repr__(self) -> str:
        return f"Walk({self.workflow.name!r}, via={self.via!r})"

    def _state(self) -> State | None:
        """Read the state; begins the walk where it has not begun."""
        if self._shown is None:
            self._go(self.door.open)
        return self.door.state()

    def _send(self, what: str, action: str, values: Values | None, *, refused: bool = False) -> None:
        shown = self.shown
        if shown.status not in ("form", "start", "waiting", "landing"):
            raise AssertionError(f"{self!r}: {what}, and there is no page to answer.\n{self.told()}")
        unknown = [] if refused or not shown.schema else [name for name in values or () if name not in shown.fields]
        if unknown:
            known = ", ".join(shown.fields) or "none"
            raise AssertionError(
                f"{self!r}: {what}, and the page of {shown.step!r} has no field {unknown[0]!r}; legal are {known}."
            )
        self.record.type(dict(values or {}))
        answered = self._go(lambda: self.door.send(shown, action, values))
        if answered.refused is not refused:
            outcome = "accepted" if refused else "refused"
            raise AssertionError(f"{self!r}: {what} was {outcome}.\n{self.told()}")

    def _go(self, move: Callable[[], Shown]) -> Shown:
        """Make a move, and keep what it showed; a fault leaves the page that was there, as it does for a client."""
        with self.record.listening():
            shown = move()
        before = self._shown
        if shown.status == GONE and before is not None and before.status != GONE and shown.fault not in (403, 410):
            shown = replace(before, errors={}, fault=shown.fault, messages=shown.messages, text=shown.text)
        self._shown = shown
        return shown
