"""Store what a round made of a flow, and answer with its new page or its end."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import msgspec
from django.db import router
from django.utils.translation import gettext_lazy as _

from wfapp.declaration.display import drawing_of
from wfapp.declaration.links import Link
from wfapp.declaration.outcomes import Message
from wfapp.declaration.secrecy import secrets_set
from wfapp.engine.state import Sent, State
from wfapp.errors import MissingAbility, WrongOutcome
from wfapp.links.compose import Prepared, compose
from wfapp.links.outbox import queue
from wfapp.rounds.acted import CANCELLED, EXPIRED, waits_for_turn
from wfapp.rounds.answer import Answer, DeviceView, Input, Notice, Pending
from wfapp.rounds.draw import draw, notice_actions, notice_texts, page_title
from wfapp.rounds.keys import is_same_input
from wfapp.rounds.last import effects_of, end_of
from wfapp.rounds.links import DEVICE, compose_link, hand_out
from wfapp.rounds.moves import Again, cancel_of
from wfapp.rounds.next_state import next_state
from wfapp.rounds.stage import Stage
from wfapp.rounds.verdict import Verdict
from wfapp.storage.base import ABILITIES, Claim, Note, Report, Storage, get_storage
from wfapp.storage.database import model_of
from wfapp.storage.heart import progress_of
from wfapp.storage.lease import Lease
from wfapp.storage.tokens import Token
from wfapp.uploads import takes_files

__all__ = ["answer_of", "composed", "enqueue", "kept", "settle", "standing", "started"]


NOT_YET = _("It is not your turn yet. This goes on by itself as soon as others are done.")


def settle(claim: Claim, stage: Stage, verdict: Verdict, digest: str, notes: list[Note], began: float) -> Answer:
    """Store what a round made of a flow, and answer with its new page or its end."""
    later, token = kept(claim, stage, verdict, digest, notes, began)
    return answer_of(later, token, verdict)


def kept(
    claim: Claim, stage: Stage, verdict: Verdict, digest: str, notes: list[Note], began: float
) -> tuple[Stage, Token]:
    """Store what a round made of a flow, and give where it stands now, and the token of that."""
    # A rejection drops a move with the context that the step changed for it.
    target = "" if verdict.rejected else stage.notes.storage
    storage = get_storage(target) if target else claim.storage
    _refuse_link(stage, verdict, storage)
    if verdict.device is not None:
        url, expires = hand_out(stage, DEVICE, verdict.device.expires)
        verdict.shown = {"url": url, "expires_at": expires.isoformat()}
    state = next_state(stage, verdict, storage, digest)
    later = stage.after(state)
    if state.run is not None:
        _refuse_act(later, storage)
    elif not state.ended:
        _refuse_pause(later, storage)
    report = Report(
        status=_status(later),
        context=stage.workflow.ctx if state.ended else later.workflow.ctx,
        user_id=getattr(stage.caller.user, "pk", None),
        duration=round((time.perf_counter() - began) * 1000, 3),
        notes=[*notes, *_notes(stage, verdict, state)],
    )
    messages = composed(stage)
    if isinstance(verdict.result, Link | Again):
        messages.append(compose_link(later, cast(Sent, state.link)))
    token = claim.store(state, report) if storage is claim.storage else claim.move(storage, state, report)
    if state.run is not None and claim.lease is None:
        claim.lease, claim.caller = Lease(model=model_of(stage.cls), state=state, token=token), stage.caller
    enqueue(stage, messages)
    stage.uploads.close(rejected=verdict.rejected, ended=state.ended)
    return later, token


def composed(stage: Stage) -> list[Prepared]:
    """Make the messages that steps asked for; a rejected one too: what it says goes with its database writes."""
    return [compose(asked) for asked in stage.notes.outgoing]


def enqueue(stage: Stage, messages: list[Prepared]) -> None:
    """Store messages beside their flow, in the transaction of the round."""
    if messages:
        queue(router.db_for_write(model_of(stage.cls)), stage.state.id, stage.cls.name, messages)


def answer_of(stage: Stage, token: Token, verdict: Verdict | None = None, *, typed: Input | None = None) -> Answer:
    """Answer with what the flow's last round left: a page, an end, or the news that somebody else must act.

    ``verdict`` is the round's own, where this is its first answer; without one the answer is given again, and
    ``typed`` fills its form.
    """
    state, last = stage.state, stage.state.last
    answer: dict[str, Any] = {
        "workflow": stage.cls,
        "flow_id": state.id,
        "token": token,
        "revision": state.revision,
        "title": str(stage.cls.title),
        "next": state.next,
        "messages": tuple(Message(level=cast(Any, level), text=text) for level, text in last.messages) if last else (),
        "effects": effects_of(last.effects) if last and last.effects else None,
        "rejected": bool(last and last.rejected),
        "stayed": bool(last and last.stayed),
        "device": _device(last.device) if last and last.device else None,
    }
    if last is not None and last.end is not None:
        end = end_of(last.end)
        return Answer(status=end.status, end=end, **{**answer, "next": end.next})
    if state.run is not None:
        return Answer(status="pending", **{**answer, **_pending(stage, begins=verdict is not None)})
    if state.link is not None:
        return Answer(status="waiting", **{**answer, **_waiting(stage, state.link)})
    if not stage.may_run(stage.step()):
        return Answer(status="waiting", **{**answer, **_waiting_for_staff(stage)})
    if stage.step().form is None:
        return Answer(status="start", **{**answer, "title": page_title(stage, stage.step())})
    if stage.caller.door == "page" and verdict is not None and not (verdict.rejected or answer["stayed"]):
        return Answer(status="form", **answer)
    errors = last.errors if last else {}
    return Answer(
        status="form", page=draw(stage, form=verdict.form if verdict else None, input=typed, errors=errors), **answer
    )


def _device(shown: dict[str, Any]) -> DeviceView:
    expires_at = datetime.fromisoformat(shown["expires_at"])
    return DeviceView(url=shown["url"], expires_at=expires_at, qr=drawing_of(shown["url"]))


def _waiting(stage: Stage, sent: Sent) -> dict[str, Any]:
    """Show where a flow waits for its link to be opened; what was refused is told above it."""
    step = stage.step()
    texts = notice_texts(stage, step)
    last = stage.state.last
    errors = [Message(level="error", text=text) for text in last.errors.values()] if last else []
    messages = [Message(level=cast(Any, level), text=text) for level, text in last.messages] if last else []
    actions = notice_actions(stage, step)
    return {
        "title": texts["title"],
        "notice": Notice(description=texts["description"], actions=actions, outlet=sent.outlet),
        "messages": (*messages, *errors),
    }


def _pending(stage: Stage, *, begins: bool) -> dict[str, Any]:
    """Show that a step runs, or waits for its next attempt; or that the flow waits for its turn.

    A step that ``begins`` with this round has told nothing yet.
    """
    shown: dict[str, Any] = {
        "notice": Notice(actions=cancel_of(stage)),
        "rejected": False,
        "stayed": False,
        "device": None,
    }
    if waits_for_turn(stage.state):
        return {**shown, "pending": Pending(step=stage.name, text=str(NOT_YET))}
    told = None if begins else progress_of(model_of(stage.cls), stage.state.id)
    fraction, text = told if told is not None else (None, "")
    texts = notice_texts(stage, stage.step())
    pending = Pending(step=stage.name, text=text or texts["description"], progress=fraction)
    return {**shown, "title": texts["title"], "pending": pending}


def _waiting_for_staff(stage: Stage) -> dict[str, Any]:
    """Show that somebody else must act; what an action of theirs said on their page stays there."""
    stayed = stage.state.last is not None and stage.state.last.stayed
    shown: dict[str, Any] = {"messages": ()} if stayed else {}
    return {
        **shown,
        "title": page_title(stage, stage.step()),
        "notice": Notice(actions=cancel_of(stage)),
        "rejected": False,
        "stayed": False,
        "device": None,
    }


def standing(stage: Stage, token: Token, typed: Input | None = None) -> Answer:
    """Show where a flow stands, without what a rejection left: nothing that was typed is kept for that."""
    state = stage.state
    if state.last is not None and state.last.rejected:
        stage.state = msgspec.structs.replace(state, last=None)
    answer = answer_of(stage, token, typed=typed)
    return replace(answer, effects=None, rejected=False, stayed=False)


def started(stage: Stage, token: Token, input: Input | None) -> Answer:
    """Answer a start that has come before: where its input was refused, and nothing came after that, it is again."""
    last, sent = stage.state.last, input if input is not None else Input()
    if last is not None and last.rejected and is_same_input(last.digest, stage.state.id, 0, sent):
        return replace(answer_of(stage, token, typed=sent), effects=None)
    return standing(stage, token)


def _status(stage: Stage) -> str:
    if stage.state.undoing not in ("", "back"):
        return "compensating"
    if stage.state.run is not None:
        return "pending"
    if stage.state.last is not None and stage.state.last.end is not None:
        end = stage.state.last.end
        return str(end["reason"]) if end.get("reason") in (CANCELLED, EXPIRED) else str(end["status"])
    if stage.state.link is not None:
        return "waiting"
    return "paused" if stage.may_run(stage.step()) else "waiting"


def _refuse_act(stage: Stage, storage: Storage) -> None:
    """Refuse to run a durable step where the storage cannot hold its flow meanwhile; the round is rolled back."""
    if not storage.acts:
        raise MissingAbility(
            f"Step {stage.state.position.step!r} runs in a transaction of its own, and the storage {storage.name!r} "
            f"cannot keep its flow meanwhile; call self.store_in('database') before."
        )


def _refuse_pause(stage: Stage, storage: Storage) -> None:
    """Refuse to wait where the storage lacks what the page needs; the round is rolled back."""
    step = stage.step()
    if stage.state.link is not None:
        return
    needed = {
        "counts_attempts": step.attempts is not None
        or any(a.per_flow for a in stage.here.actions_of(step.name).values()),
        "holds_files": stage.state.files or takes_files(step.form_classes),
    }
    for ability in ABILITIES:
        if needed.get(ability) and not getattr(storage, ability):
            raise MissingAbility(
                f"Step {step.name!r} needs {ability}, which the storage {storage.name!r} has not; call "
                f"self.store_in('database') before."
            )
    if storage.leaves_server and (secrets := _secrets(stage)):
        raise MissingAbility(
            f"Step {step.name!r} would pause with the secret {', '.join(secrets)} set, and the storage "
            f"{storage.name!r} hands the "
            f"state to the client; call self.store_in('database') before, or empty it."
        )


def _secrets(stage: Stage) -> list[str]:
    """List the secrets that are set now, in the context of every workflow that is open."""
    return [
        f"{path}/{key}" if path else key
        for path, workflow in stage.machine.open.items()
        for key in secrets_set(workflow.ctx)
    ]


def _refuse_link(stage: Stage, verdict: Verdict, storage: Storage) -> None:
    """Refuse a link where the storage cannot hand a flow over; the round is rolled back."""
    step = stage.state.position.step
    if (isinstance(verdict.result, Link) or verdict.device is not None) and not storage.hands_over:
        raise MissingAbility(
            f"Step {step!r} returned a link, and the storage {storage.name!r} hands a flow to nobody; call "
            f"self.store_in('database') before."
        )
    # It would stand in for the link that the flow waits for, and prove what only that one proves.
    if verdict.device is not None and stage.state.link is not None:
        raise WrongOutcome(f"Action {verdict.action!r} of step {step!r} returned a DeviceLink while a link is out.")


def _notes(stage: Stage, verdict: Verdict, state: State) -> list[Note]:
    step = stage.state.position.step
    ran = zip(stage.machine.ran, stage.machine.durations, strict=True)
    notes = [Note("step_done", name, duration=duration) for name, duration in ran]
    if verdict.rejected:
        notes.append(Note("rejected", step))
    elif verdict.opened:
        notes.insert(0, Note("opened", step))
    elif verdict.action:
        notes.append(Note("action", verdict.action))
    elif step and stage.state.run is None and not verdict.outside:
        notes.insert(0, Note("submitted", step))
    rests_or_begins = (stage.state.run is None) is not (state.run is None)
    if state.ended:
        notes.append(Note(_status(Stage(stage.cls, state, stage.caller)), error=state.reason))
    elif state.undoing:
        notes.append(Note("compensating"))
    elif (state.position != stage.state.position or rests_or_begins) and not waits_for_turn(state):
        notes.append(Note("paused" if state.run is None else "step_started", state.position.step))
    return notes
