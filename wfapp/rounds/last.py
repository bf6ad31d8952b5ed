"""The last answer of a flow, as what it needs to be given again."""

from __future__ import annotations

from dataclasses import asdict, replace
from importlib import import_module
from typing import Any

from django.conf import settings

from wfapp.declaration.json_values import json_value
from wfapp.declaration.leaving import Choice, Skip, milliseconds
from wfapp.declaration.outcomes import Abort, Ask, Cookie, Finish, Message
from wfapp.declaration.texts import plain_text
from wfapp.engine.state import Last
from wfapp.errors import NotAvailable, WrongOutcome
from wfapp.rounds.answer import Effects, End, SignIn
from wfapp.rounds.draw import FORM_ERROR
from wfapp.rounds.stage import Stage
from wfapp.rounds.verdict import Verdict

__all__ = ["effects_of", "end_of", "last_of", "refuse_unlistable_sessions"]


def last_of(stage: Stage, verdict: Verdict, digest: str) -> Last:
    """Keep what answers the same input again."""
    result, notes = verdict.result, stage.notes
    errors = dict(verdict.errors)
    if isinstance(result, Ask) and result.error is not None:
        errors = {FORM_ERROR: plain_text(result.error)}
    end = _end(stage, result) if isinstance(result, Finish | Abort) else None
    sign_in = _sign_in(result) if isinstance(result, Finish) and result.sign_in is not None else None
    effects = asdict(Effects(sign_in=sign_in, cookies=tuple(notes.cookies))) if sign_in or notes.cookies else None
    return Last(
        digest=digest,
        rejected=verdict.rejected,
        device=verdict.shown,
        stayed=result is None and not verdict.rejected and bool(verdict.action),
        errors=errors,
        messages=[(message.level, message.text) for message in notes.messages],
        end=end,
        effects=effects,
        held=_held(stage),
    )


def _held(stage: Stage) -> int | None:
    """Remember what the token's holder was given last: whoever plays a flow by its row does not hand them a new one."""
    if not stage.caller.trusted:
        return None
    last = stage.state.last
    return stage.state.revision if last is None or last.held is None else last.held


def _end(stage: Stage, result: Finish | Abort) -> dict[str, Any]:
    finished = isinstance(result, Finish)
    level: Any = "success" if finished else "warn"
    end = End(
        status="finished" if finished else "aborted",
        data=json_value(result.data, "Finish(data=…)") if isinstance(result, Finish) else {},
        reason=plain_text(result.reason) if isinstance(result, Abort) else "",
        message=Message(level=level, text=plain_text(result.message)) if result.message else None,
        redirect=plain_text(result.redirect),
        next=stage.state.next,
        after=milliseconds(type(result).__name__, result.after) if result.after is not None else 0,
        skip=Skip(plain_text(result.skip.label), result.skip.behavior) if isinstance(result.skip, Skip) else None,
        choices=tuple(_plain_choice(choice) for choice in result.choices),
    )
    return {name: value for name, value in asdict(end).items() if value}


def _plain_choice(choice: Choice) -> Choice:
    target = None if choice.redirect is None else plain_text(choice.redirect)
    return replace(choice, label=plain_text(choice.label), redirect=target)


def refuse_unlistable_sessions() -> None:
    """Raise NotAvailable where the session engine keeps no rows, among which a user's other sessions are found."""
    if not hasattr(import_module(settings.SESSION_ENGINE).SessionStore, "get_model_class"):
        raise NotAvailable(
            f"sign_out_others needs sessions that can be listed, and {settings.SESSION_ENGINE!r} keeps no rows: use "
            "'django.contrib.sessions.backends.db' or '.cached_db'. (A changed password ends other sessions anyway.)"
        )


def _sign_in(result: Finish) -> SignIn:
    """Remember who is signed in by which backend, as ``django.contrib.auth.login`` would find it."""
    user = result.sign_in
    if getattr(user, "pk", None) is None:
        raise WrongOutcome(f"Finish(sign_in=…) got a {type(user).__name__} without a primary key; pass a saved user.")
    if result.sign_out_others:
        refuse_unlistable_sessions()
    backend = getattr(user, "backend", "")
    if not backend:
        # A user from a query names no backend: the first one that is configured vouches, as it would for get_user().
        backend = settings.AUTHENTICATION_BACKENDS[0]
    return SignIn(user_id=str(user.pk), backend=backend, sign_out_others=result.sign_out_others)


def effects_of(stored: dict[str, Any]) -> Effects:
    """Read stored effects."""
    sign_in = stored.get("sign_in")
    return Effects(
        sign_in=SignIn(**sign_in) if sign_in else None,
        cookies=tuple(Cookie(**cookie) for cookie in stored.get("cookies", ())),
    )


def end_of(stored: dict[str, Any]) -> End:
    """Read a stored end; what is not stored has its default."""
    message, skip = stored.get("message"), stored.get("skip")
    return End(
        **{
            **stored,
            "message": Message(**message) if message else None,
            "skip": Skip(**skip) if skip else None,
            "choices": tuple(Choice(**choice) for choice in stored.get("choices", ())),
        }
    )
