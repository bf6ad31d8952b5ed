"""Walk as a person with a browser and no JavaScript."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

from django.conf import settings
from django.core.files import File
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import Client
from django.urls import NoReverseMatch, reverse

from wfapp import forms
from wfapp.declaration.steps import AnyForm
from wfapp.declaration.workflow import Workflow
from wfapp.engine.state import State
from wfapp.errors import Fault, InvalidToken
from wfapp.http.caller import bind_browser, page_caller
from wfapp.http.cookies import read_token, set_token
from wfapp.links.routes import routes_of
from wfapp.rounds.answer import Caller
from wfapp.rounds.last import end_of
from wfapp.storage.tokens import Token, flow_key
from wfapp.testing.door import ClientDoor, Values
from wfapp.testing.markup import HtmlForm, forms_of
from wfapp.testing.record import Record
from wfapp.testing.shown import GONE, Shown, as_json, schema_of
from wfapp.web.posts import ACTION, FLOW, REVISION, START, START_KEY

__all__ = ["PageDoor"]

_OURS = {REVISION, START_KEY}
_START = (ACTION, START)
_COOKIE = "wftoken-"
_CSRF = "csrfmiddlewaretoken"
_REDIRECTS = (302, 303)
_TEMPLATES = {f"wfapp/{name}.html": name for name in ("start", "waiting", "landing", "pending")}


@dataclass(frozen=True, slots=True)
class _Tab:
    """Hold a page as it stands open in a browser."""

    address: str
    html: HtmlForm
    form: AnyForm | None


class PageDoor(ClientDoor):
    """Open the workflow's own address, read its pages and post what stands in them."""

    via = "html"

    def __init__(
        self,
        workflow: type[Workflow[Any]],
        user: Any,
        params: Values,
        record: Record,
        client: Client | None = None,
        url: str = "",
    ) -> None:
        super().__init__(workflow, user, params, record, client)
        self.url = url or _address_of(workflow, params)
        self._key = ""

    def open(self) -> Shown:
        shown = self._get(self.url)
        # The other doors start at once; a person presses the button.
        if shown.status == "start" and _START in shown.tab.html.buttons and not self._key:
            return self._post(shown.tab, dict([_START]), {})
        return shown

    def send(self, shown: Shown, action: str, values: Values | None) -> Shown:
        tab: _Tab = shown.tab
        if action in shown.actions and (ACTION, action) not in tab.html.buttons:
            raise AssertionError(f"The page of step {shown.step!r} has no button for its action {action!r}.")
        pressed = {ACTION: action} if action else {}
        if not action and _START in tab.html.buttons:
            pressed = dict([_START])
        return self._post(tab, pressed, values or {})

    def look(self) -> Shown:
        return self._get(f"{self.url}?{FLOW}={self._key}" if self._key else self.url)

    def follow(self, link: str) -> Shown:
        parts = urlsplit(link)
        return self._get(f"{parts.path}?{parts.query}" if parts.query else parts.path)

    def caller(self) -> Caller:
        request = self._request()
        caller = page_caller(request)
        response = HttpResponse()
        bind_browser(response, caller)
        self.client.cookies.update(response.cookies)
        return caller

    def adopt(self, state: State, token: Token) -> Shown:
        response = HttpResponse()
        self._key, self.token = flow_key(state.id), token
        set_token(self._request(), response, self._key, token)
        self.client.cookies.update(response.cookies)
        return self.look()

    def twin(self) -> PageDoor:
        return PageDoor(self.workflow, None, self.params, Record(), url=self.url)

    def stolen(self) -> PageDoor:
        other = self.twin()
        other._key, other.token = self._key, self.token
        for name, morsel in self.client.cookies.items():
            if _COOKIE in name:
                other.client.cookies[name] = morsel.value
        other._ask(other.client.get, other.url)  # for a CSRF token of their own
        return other

    def _request(self) -> HttpRequest:
        request = HttpRequest()
        request.COOKIES = {name: morsel.value for name, morsel in self.client.cookies.items()}
        if self.user is not None:
            request.user = self.user
        return request

    def _get(self, address: str) -> Shown:
        response = self._ask(self.client.get, address)
        if response.status_code in _REDIRECTS:
            return self._followed(response, address)
        return self._read(response, address)

    def _post(self, tab: _Tab, pressed: Mapping[str, str], values: Values) -> Shown:
        data = {**_posted(tab, values), **pressed}
        if settings.CSRF_COOKIE_NAME in self.client.cookies and _CSRF in data:
            # A stranger who posts a page has one of their own.
            data[_CSRF] = self.client.cookies[settings.CSRF_COOKIE_NAME].value
        response = self._ask(self.client.post, tab.address, data)
        if response.status_code in _REDIRECTS:
            return self._followed(response, tab.address)
        return self._read(response, tab.address)

    def _followed(self, response: Any, address: str) -> Shown:
        """Follow a redirect to a page of this flow; one that leads elsewhere is the end, or a refusal to begin."""
        target = urljoin(address, response.headers["Location"])
        parts = urlsplit(target)
        if parts.path == urlsplit(self.url).path and FLOW in parse_qs(parts.query):
            self._keep(response, Shown(status="redirect"))
            return self._get(f"{parts.path}?{parts.query}")
        self._remember(address, response)
        return self._keep(response, self._left(response.headers["Location"]))

    def _left(self, target: str) -> Shown:
        state = self.state()
        if state is None or state.last is None or state.last.end is None:
            return Shown(status=GONE, fault=403, redirect=target)
        end = end_of(state.last.end)
        return Shown(
            status=end.status,
            data=as_json(end.data),
            reason=end.reason,
            messages=tuple(text for _level, text in state.last.messages),
            redirect=target,
        )

    def _read(self, response: Any, address: str) -> Shown:
        self._remember(address, response)
        text = response.content.decode()
        context = _context_of(response)
        html = next((form for form in forms_of(text) if form.names() & _OURS), HtmlForm(address))
        tab = _Tab(urljoin(address, html.action) if html.action else address, html, context.get("form"))
        refused = response.status_code if response.status_code >= 400 and response.status_code != 422 else 0
        shown = Shown(tab=tab, text=text, fault=refused, **_told(response, context))
        return self._keep(response, shown)

    def _remember(self, address: str, response: HttpResponse) -> None:
        """Find the token of the flow that an address names, or of the one that a post began."""
        keys = parse_qs(urlsplit(address).query).get(FLOW, [])
        given = [
            name.rpartition("-")[2] for name, morsel in response.cookies.items() if _COOKIE in name and morsel.value
        ]
        self._key = next(iter([*given, *keys]), self._key)
        if self._key:
            try:
                self.token = read_token(self._request(), self._key, None)
            except InvalidToken:
                return


def _address_of(workflow: type[Workflow[Any]], params: Values) -> str:
    """Find the address of a workflow's pages that takes all of its params; raises AssertionError."""
    for name, takes in routes_of(workflow.name):
        if takes is None or set(params).issubset(takes):
            try:
                return reverse(name, kwargs=dict(params))
            except NoReverseMatch:
                continue
    taking = f" that takes {', '.join(params)}" if params else ""
    raise AssertionError(
        f"{workflow.name}: it has no route{taking}; add path('…', WorkflowView.as_view(workflow={workflow.__name__})), "
        "or say url='…'."
    )


def _context_of(response: Any) -> Mapping[str, Any]:
    """Give the template context of a page, and its values only."""
    context = response.context
    names = ("form", "step", "title", "passed", "errors", "messages", "actions", "end", "target")
    return {name: context[name] for name in names if name in context} if context is not None else {}


def _told(response: Any, context: Mapping[str, Any]) -> dict[str, Any]:
    names = [template.name for template in response.templates]
    end = context.get("end")
    told: dict[str, Any] = {
        "status": next((status for name, status in _TEMPLATES.items() if name in names), GONE),
        "messages": tuple(str(message) for message in context.get("messages", ())),
        "title": str(context.get("title", "")),
    }
    told["actions"] = tuple(action.id for action in context.get("actions", ()))
    if end is not None:
        told |= {"status": end.status, "title": "", "data": as_json(end.data), "reason": end.reason}
        told["redirect"] = context.get("target") or ""
    elif context.get("form") is not None:
        told |= {
            "status": "form",
            "step": context["step"],
            "passed": as_json(dict(context["passed"])),
            "errors": dict(context["errors"]),
            "initial": as_json(forms.initial_values(context["form"])),
            "schema": schema_of(context["form"]),
        }
    return told


def _posted(tab: _Tab, values: Values) -> dict[str, Any]:
    """Give what a browser sends: what stands in the page, and over it what is typed."""
    data = QueryDict(mutable=True)
    for name, value in tab.html.fields:
        data.appendlist(name, value)
    files = {name: value for name, value in values.items() if _are_files(value)}
    typed = {name: value for name, value in values.items() if name not in files}
    form = copy.copy(tab.form)
    if form is not None:
        form.data, form.is_bound = data, True
        # No widget sends a value that does not fit, and somebody else's program may.
        with suppress(Fault):
            forms.fill(data, form, typed)
            unknown = forms.unknown_keys(form, typed)
            typed = {name: value for name, value in typed.items() if name in unknown}
    for name, value in typed.items():
        data[name] = _text(value)
    for value in files.values():
        for file in value if isinstance(value, list) else [value]:
            file.seek(0)
    return {**{name: data.getlist(name) for name in data}, **files}


def _are_files(value: Any) -> bool:
    return isinstance(value, File) or (isinstance(value, list) and any(isinstance(item, File) for item in value))


def _text(value: Any) -> str:
    """Write what no widget sends as a text that can be sent."""
    return str(value).encode(errors="replace").decode()
