"""The last answer of a flow, as what it needs to be given again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import msgspec
from django.conf import settings

from wfapp.declaration.outcomes import Abort, Ask, Cookie, Finish, Message
from wfapp.engine.state import Last
from wfapp.rounds.answer import Effects, End, SignIn
from wfapp.rounds.draw import FORM_ERROR
from wfapp.rounds.stage import Stage
from wfapp.rounds.verdict import Verdict

__all__ = ["effects_of", "end_of", "last_of"]


def last_of(stage: Stage, verdict: Verdict, digest: str) -> Last:
    """Keep what answers the same input again."""
    result, notes = verdict.result, stage.workflow.notes
    errors = dict(verdict.errors)
    if isinstance(result, Ask) and result.error is not None:
        errors = {FORM_ERROR: str(result.error)}
    end = _end(stage, result) if isinstance(result, Finish | Abort) else None
    sign_in = _sign_in(result) if isinstance(result, Finish) and result.sign_in is not None else None
    effects = asdict(Effects(sign_in=sign_in, cookies=tuple(notes.cookies))) if sign_in or notes.cookies else None
    return Last(
        digest=digest,
        rejected=verdict.rejected,
        stayed=result is None and not verdict.rejected and bool(verdict.action),
        errors=errors,
        messages=[(message.level, message.text) for message in notes.messages],
        end=end,
        effects=effects,
    )


def _end(stage: Stage, result: Finish | Abort) -> dict[str, Any]:
    finished = isinstance(result, Finish)
    level: Any = "success" if finished else "warn"
    end = End(
        status="finished" if finished else "aborted",
        data=msgspec.to_builtins(dict(result.data), enc_hook=str) if isinstance(result, Finish) else {},
        reason=result.reason if isinstance(result, Abort) else "",
        message=Message(level=level, text=str(result.message)) if result.message else None,
        redirect=result.redirect,
        next=stage.state.next,
    )
    return asdict(end)


def _sign_in(result: Finish) -> SignIn:
    """Remember who is signed in by which backend, as ``django.contrib.auth.login`` would find it."""
    user = result.sign_in
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
    """Read a stored end."""
    message = stored.get("message")
    return End(**{**stored, "message": Message(**message) if message else None})
