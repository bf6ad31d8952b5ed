"""Walk as code of the site."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from wfapp import rounds
from wfapp.engine.state import State
from wfapp.errors import Fault, Stale
from wfapp.programming.handle import FlowHandle
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.storage.tokens import Token
from wfapp.testing.door import Door, Values
from wfapp.testing.json_door import as_data_url
from wfapp.testing.record import Record
from wfapp.testing.shown import GONE, Shown, shown_of

__all__ = ["PythonDoor"]


class PythonDoor(Door):
    """Call ``Workflow.start`` and what its handle offers."""

    via = "python"
    clickable = False
    handle: FlowHandle | None = None
    _link: Token | None = None

    def open(self) -> Shown:
        return self._play(self._start)

    def send(self, shown: Shown, action: str, values: Values | None) -> Shown:
        given = as_data_url(dict(values)) if values is not None else None
        if self._link is not None:
            return self._play(self._opened)
        handle = self.held
        if action:
            return self._play(lambda: handle.action(action, given))
        return self._play(lambda: handle.submit(given))

    def look(self) -> Shown:
        return self._play(self.held.look)

    def follow(self, link: str) -> Shown:
        [text] = parse_qs(urlsplit(link).query)["wfs"]
        self._link = token = Token.parse(text)
        return self._play(lambda: rounds.show(token, caller=self.caller(), workflow=self.workflow))

    def caller(self) -> Caller:
        return Caller(door="python", user=self.user, trusted=True)

    def adopt(self, state: State, token: Token) -> Shown:
        self.token = token
        self.handle = FlowHandle(self.workflow, pk=state.id, user=self.user)
        return self.look()

    def twin(self) -> PythonDoor:
        return PythonDoor(self.workflow, None, self.params, Record())

    def stolen(self) -> PythonDoor:
        raise NotImplementedError("Code of the site holds no token that could be stolen.")

    @property
    def held(self) -> FlowHandle:
        """Give the handle of the flow; raises AssertionError where the start was refused."""
        if self.handle is None:
            raise AssertionError(f"There is no flow of {self.workflow.name!r}: its start was refused.")
        return self.handle

    def _opened(self) -> Answer:
        """Take over the flow behind the link."""
        if self._link is None:
            raise AssertionError("There is no link to open.")
        answer = rounds.play(self._link, caller=self.caller(), input=Input(), workflow=self.workflow)
        if answer.flow_id is not None:
            self.handle = FlowHandle(self.workflow, pk=answer.flow_id, answer=answer, user=self.user)
        self._link = None
        return answer

    def _start(self) -> Answer:
        self.handle = self.workflow.start(user=self.user, params=self.params)
        return self.handle.answer

    def _play(self, call: Callable[[], Answer]) -> Shown:
        try:
            answer = call()
        except Stale as stale:
            shown = shown_of(stale.answer, fault=stale.status)
        except Fault as fault:
            shown = Shown(status=GONE, messages=(str(fault),), fault=fault.status)
        else:
            self.token = answer.token or self.token
            shown = shown_of(answer)
        self.record.add("answer", shown.step, repr(shown))
        return shown
