"""Answers as JSON."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from wfapp.declaration.leaving import Choice
from wfapp.declaration.outcomes import Message
from wfapp.forms import Payload, compile_payload, has_dynamic_choices, initial_values, view_fields, view_order
from wfapp.http.caller import Transport
from wfapp.http.encoding import encode
from wfapp.http.ways import Way, end_target, way_on
from wfapp.rounds.answer import ActionView, Answer, AnswersView, End, Notice, Page, Pending, Progress

__all__ = ["JsonResponse", "describe_answer"]

Json = dict[str, Any]

POLL_AFTER = 1000
"""How long a client waits before it looks again at a flow whose step runs, in milliseconds."""


class JsonResponse(HttpResponse):
    """Hold a value as JSON: dates as RFC 3339, decimals and UUIDs as strings."""

    def __init__(self, value: Json, status: int = 200) -> None:
        super().__init__(encode(value), content_type="application/json", status=status)


def describe_answer(answer: Answer, request: HttpRequest, transport: Transport) -> Json:
    """Translate an answer; ``request`` says where this site is, for the redirect of an end."""
    body: Json = {"status": answer.status}
    if answer.end is not None:
        body |= _end(answer.end, way_on(answer, request, end_target(answer, request)))
    elif answer.token is not None:
        cookie = {"flow": answer.key, "revision": answer.token.revision}
        body["wfs"] = cookie if transport == "cookie" else str(answer.token)
    if answer.pending is not None:
        body |= _pending(answer.pending)
    if answer.status in {"waiting", "pending", "start", "landing"}:
        body["view"] = {"title": answer.title, "actions": []}
    if answer.notice is not None:
        body |= _notice(answer.notice, body)
    if answer.device is not None:
        qr = {"qr": answer.device.qr} if answer.device.qr is not None else {}
        body["device"] = {"url": answer.device.url, "expiresAt": answer.device.expires_at, **qr}
    if answer.page is not None:
        body["inputRequired"] = _input_required(answer.page)
    if answer.messages:
        body["messages"] = [_message(message) for message in answer.messages]
    return body


def _pending(pending: Pending) -> Json:
    progress = {} if pending.progress is None else {"progress": pending.progress}
    told = {"step": pending.step, **progress, "text": pending.text}
    return {"pending": told, "retryAfterMs": POLL_AFTER}


def _notice(notice: Notice, body: Json) -> Json:
    """Tell what a flow waits for; where that is a link, the token can do no more than watch."""
    view = {**body["view"], "actions": [_action(action) for action in notice.actions]}
    if notice.description:
        view["description"] = notice.description
    if notice.submit:
        view["submit"] = {"text": notice.submit}
    more: Json = {"view": view}
    if notice.outlet:
        more |= {"sent": True, "outlet": notice.outlet}
    if notice.outlet or notice.elsewhere:
        more["watch"] = body.pop("wfs")
    if notice.elsewhere:
        more["elsewhere"] = True
    return more


def _input_required(page: Page) -> Json:
    payload = compile_payload(page.pristine, static=page.static)
    return {
        "transport": "http",
        "payload": {"id": payload.id, "version": payload.version, "schema": payload.schema, "ui": payload.ui},
        "view": {
            "step": page.step,
            "title": page.title,
            "description": page.description,
            "submit": {"text": page.submit},
            "actions": [_action(action) for action in page.actions],
            **_changes(page, payload),
            "initial": initial_values(page.form),
            "progress": _progress(page.progress),
            "live": page.live,
            **({"answers": [_answers(view) for view in page.answers]} if page.answers else {}),
        },
        "context": {**page.passed, "errors": page.errors} if page.errors else page.passed,
    }


def _changes(page: Page, payload: Payload) -> Json:
    """Tell what differs from the payload: nothing where it was compiled from the form as it stands."""
    # What was bound has been in the hands of its author's code; a static payload was compiled from another instance.
    same = page.form is page.pristine and not (page.static and page.form.is_bound)
    if same and not has_dynamic_choices(page.form):
        return {"fields": {}}
    order = view_order(payload, page.form)
    return {"fields": view_fields(payload, page.form), **({} if order is None else {"order": order})}


def _action(action: ActionView) -> Json:
    view: Json = {"id": action.id, "label": action.label, "withData": action.with_data}
    if action.available_at is not None:
        view["availableAt"] = action.available_at
    if action.remaining is not None:
        view["remaining"] = action.remaining
    return view


def _answers(view: AnswersView) -> Json:
    rows = [{"label": label, "value": value} for label, value in view.rows]
    change = {"change": view.change} if view.change else {}
    return {"step": view.step, "label": view.label, "rows": rows, **change}


def _progress(progress: Progress) -> Json:
    steps = [{"id": step.id, "label": step.label, "state": step.state} for step in progress.steps]
    return {"current": progress.current, "steps": steps}


def _end(end: End, way: Way | None) -> Json:
    body: Json = {"finished": True}
    if end.status == "aborted":
        body |= {"aborted": True, "reason": end.reason}
    else:
        body["data"] = end.data
    if end.message is not None:
        body["message"] = _message(end.message)
    if way is not None:
        body["next"] = _next(way)
    return body


def _next(way: Way) -> Json:
    if way.trigger == "manual":
        primary, *options = map(_choice, way.choices)
        return {"trigger": "manual", "primary": primary, "options": options}
    body: Json = {"trigger": way.trigger, "action": _redirect(way.target)}
    if way.trigger == "auto":
        body["timeoutMs"] = way.after
    if way.skip is not None:
        body["skipButton"] = {"label": way.skip.label, "behavior": way.skip.behavior}
    return body


def _choice(choice: Choice) -> Json:
    if choice.redirect is not None:
        return {"label": choice.label, "action": _redirect(str(choice.redirect))}
    return {"label": choice.label, "action": {"type": "reload" if choice.reload else "dismiss"}}


def _redirect(target: str) -> Json:
    return {"type": "redirect", "target": target}


def _message(message: Message) -> Json:
    return {"level": message.level, "text": message.text}
