"""What ``<wf-form>`` cannot read off the page that it takes over: public values, as the JSON answer has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wfapp.declaration.steps import AnyForm
from wfapp.http.encoding import encode
from wfapp.uploads import file_fields

__all__ = ["page_data"]

PAGE = "page"
"""Stands for a token, which no page tells: the client finds the page's own in its form."""

PAYLOAD = {"id": "", "version": "", "schema": {"properties": {}}, "ui": {"ui:order": []}}
"""Stands for the fields, which the page draws itself."""


def page_data(variables: Mapping[str, Any]) -> str:
    """Give the state of a page as JSON, from its template variables; the page of a fault has no status.

    It is what the endpoint would answer, as far as a client needs it that draws nothing: an empty payload, and of the
    view no more than the markup does not say. A step that runs is told unless somebody wants to stay. ``stored`` names
    the file inputs whose file the server has by now.
    """
    status = variables.get("status", "")
    view = {name: variables[name] for name in ("step", "title", "live") if name in variables}
    messages = [{"level": message.level, "text": message.text} for message in variables.get("messages", ())]
    data: dict[str, Any] = {"status": status, "wfs": PAGE, "view": view, "messages": messages}
    if "end" in variables:
        data["finished"] = True
    pending = variables.get("pending")
    if pending is not None and not variables["stays"]:
        data["pending"] = {"step": pending.step, "text": pending.text}
        if pending.progress is not None:
            data["pending"]["progress"] = pending.progress
    if "form" in variables:
        errors = {"errors": variables["errors"]} if variables["errors"] else {}
        context = {**variables["passed"], **errors}
        data["inputRequired"] = {"payload": PAYLOAD, "view": view, "context": context}
        data["stored"] = list(_stored(variables["form"]))
    return encode(data).decode()


def _stored(form: AnyForm) -> Iterator[str]:
    for part, name, _field in file_fields(form):
        if part[name].initial and not part[name].errors:
            yield part.add_prefix(name)
