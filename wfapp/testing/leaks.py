"""Look for the values of a context wherever somebody could have seen them."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import RequestFactory

from wfapp.declaration.secrecy import secret_keys
from wfapp.declaration.workflow import Workflow
from wfapp.models import FlowEvent
from wfapp.storage.database import model_of
from wfapp.testing.record import Surface, Value
from wfapp.testing.walk import Walk

__all__ = ["assert_no_leak", "found"]

SHORTEST = 5
"""The fewest characters of a value that is looked for: what is shorter stands in every page by chance."""

STAFF = ("event row", "admin page")


def assert_no_leak(walk: Walk, *, allow: Collection[str] = ()) -> frozenset[str]:
    """Look for every value that the contexts of a walk ever held, and give the keys that were looked for.

    Searched are all bodies, headers, cookies and addresses, the log at its most talkative, the rows of the timeline and
    the flow's admin pages; in clear, quoted, and in base64. Raises AssertionError, which names keys and places and no
    value. A key may be seen on the pages that pass it, and by staff where a column mirrors it; what the walker typed
    is theirs to see, unless it is a ``Secret``. ``allow`` names more keys that may be seen, as in the data of the end.
    """
    record = walk.record
    searched = {value for value in record.values if len(value.text) >= SHORTEST and value.key not in allow}
    if not record.surfaces:
        raise AssertionError(f"{walk!r} has not begun: there is nothing to look at.")
    leaks = sorted({_told(value, seen) for seen in _surfaces(walk) for value in searched if _leaks(value, seen, walk)})
    if leaks:
        raise AssertionError(f"{walk!r} leaks:\n" + "\n".join(f"  {leak}" for leak in leaks))
    return frozenset(value.key for value in searched)


def found(value: str, text: str) -> bool:
    """Tell whether a text holds a value: in clear, as HTML, JSON or a URL write it, or in base64 at any offset."""
    return any(form in text for form in _forms(value))


@cache
def _forms(value: str) -> tuple[str, ...]:
    plain = {value, html.escape(value), json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    return (*plain, quote(value), quote(value, safe=""), repr(value)[1:-1], *_in_base64(value))


def _in_base64(value: str) -> Iterator[str]:
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + value.encode())
        core = encoded[4 if offset else 0 : len(encoded) - 4].decode()
        if len(core) >= SHORTEST:
            yield core
            yield core.translate(str.maketrans("+/", "-_"))


def _leaks(value: Value, seen: Surface, walk: Walk) -> bool:
    return not _may_be_seen(value, seen, walk) and found(value.text, seen.text)


def _may_be_seen(value: Value, seen: Surface, walk: Walk) -> bool:
    if value.key in _passed(value.workflow, seen.step.rpartition("/")[2]):
        return seen.kind not in STAFF
    if value.key in secret_keys(value.workflow.context_class):
        return False
    if seen.kind in STAFF:
        return value.key in {path.partition(".")[0] for path in model_of(walk.workflow).shadow_paths().values()}
    return seen.kind != "log record" and value.text in walk.record.typed


def _passed(workflow: type[Workflow[Any]], step: str) -> frozenset[str]:
    """Give the keys that a page may show."""
    shown = workflow.structure.steps.get(step)
    pages = [shown.page_of(form) for form in shown.form_classes or (None,)] if shown is not None else []
    return frozenset(key for page in pages for key in (*page.passes, *page.reveals))


def _told(value: Value, seen: Surface) -> str:
    where = f"the {seen.kind} of step {seen.step!r}" if seen.step else f"the {seen.kind}"
    return f"ctx.{value.path} stands in {where}"


def _surfaces(walk: Walk) -> Iterable[Surface]:
    yield from walk.record.surfaces
    flow_id = walk.id
    if flow_id is None:
        return
    for event in FlowEvent.objects.filter(flow=flow_id):
        row = {field.attname: getattr(event, field.attname) for field in event._meta.concrete_fields}
        yield Surface("event row", "", str(row))
    model = model_of(walk.workflow)
    if admin.site.is_registered(model) and walk.row is not None:
        site: Any = admin.site._registry[model]
        pages = (site.changelist_view(_request()), site.change_view(_request(), str(flow_id)))
        yield from (Surface("admin page", "", page.render().content.decode()) for page in pages)


def _request() -> Any:
    """Ask as a superuser that no database has."""
    request = RequestFactory().get("/")
    request.user = get_user_model()(is_staff=True, is_superuser=True, is_active=True)
    request.session = SessionStore()
    return request
