"""Carry out what an answer does to the visitor's session and browser, after the round's commit."""

from __future__ import annotations

import logging
import uuid
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user_model, load_backend
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.module_loading import import_string

from wfapp.conf import conf
from wfapp.rounds.answer import Answer, SignIn
from wfapp.rounds.last import refuse_unlistable_sessions

__all__ = ["deliver"]

MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"
FLOW_KEY = "_wfapp_flow"
"""The session key that names the flow which signed a user in and the others out."""

logger = logging.getLogger("wfapp.http")


def deliver(request: HttpRequest, response: HttpResponseBase, answer: Answer) -> None:
    """Sign in and set the cookies that a step asked for; doing it again for a repeated answer is harmless."""
    if answer.effects is None:
        return
    if answer.effects.sign_in is not None:
        _sign_in(request, answer.effects.sign_in, answer.flow_id)
    for cookie in answer.effects.cookies:
        response.set_cookie(
            cookie.name,
            cookie.value,
            max_age=cookie.max_age,
            path=cookie.path,
            secure=cookie.secure,
            httponly=cookie.httponly,
            samesite=cookie.samesite,
        )


def _sign_in(request: HttpRequest, sign_in: SignIn, flow_id: uuid.UUID | None) -> None:
    if sign_in.sign_out_others:
        refuse_unlistable_sessions()
    backend = _backend_path(sign_in.backend)
    user = load_backend(backend).get_user(_primary_key(sign_in.user_id)) if backend else None
    if user is None or not user.is_active:
        logger.warning("A user was not signed in: deleted or inactive by now, or the backend is no longer in use.")
        return
    session = getattr(request, "session", None)
    # What an anonymous visitor, or whoever planted that session, left behind must not follow into the account.
    if session is not None and SESSION_KEY not in session:
        session.flush()
    import_string(conf.SIGN_IN)(request, user, backend=backend)
    if sign_in.sign_out_others:
        _sign_out_others(request, user, str(flow_id))


def _backend_path(remembered: str) -> str:
    """Return the backend to sign in with: the remembered one while the site uses it; without one, a default."""
    backends: list[str] = list(settings.AUTHENTICATION_BACKENDS)
    if remembered:
        return remembered if remembered in backends else ""
    return MODEL_BACKEND if MODEL_BACKEND in backends else backends[0]


def _primary_key(user_id: str) -> Any:
    return get_user_model()._meta.pk.to_python(user_id)


def _sign_out_others(request: HttpRequest, user: AbstractBaseUser, flow: str) -> None:
    """End every other session of the user; it reads each live session of the site, since none says whose it is.

    A session that the same flow signed in stays: it is this one, made by the other click of a double click.
    """
    store = _session_store()
    user_id = user._meta.pk.value_to_string(user)
    request.session[FLOW_KEY] = flow
    sessions = store.get_model_class().objects.filter(expire_date__gt=timezone.now())
    others = []
    for row in sessions.exclude(session_key=request.session.session_key).iterator():
        data = row.get_decoded()
        if data.get(SESSION_KEY) == user_id and data.get(FLOW_KEY) != flow:
            others.append(row.session_key)
    for session_key in others:
        # Through the store, so that an engine's cache forgets the session as well.
        store(session_key).delete()


def _session_store() -> Any:
    return import_module(settings.SESSION_ENGINE).SessionStore
