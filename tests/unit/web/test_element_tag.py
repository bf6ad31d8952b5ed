"""The tag that draws a ``<wf-form>``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import Any

import pytest
from django import forms
from django.http import HttpRequest
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils.translation import override

from wfapp import Context as FlowContext
from wfapp import Workflow, step
from wfapp.declaration.registry import registry


@pytest.fixture(autouse=True)
def workflows() -> Iterator[None]:
    """Declare an exposed workflow and one that is not, and no others."""
    with registry.isolated():
        registry._classes = {}

        class Open(Workflow[FlowContext]):
            name = "open"
            exposed = True
            ask = step(form=forms.Form)

        class Closed(Workflow[FlowContext]):
            name = "closed"
            ask = step(form=forms.Form)

        class Sealed(Workflow[FlowContext]):
            name = "sealed"
            exposed = True
            storage = "token", "database"
            ask = step(form=forms.Form)

        yield


@pytest.fixture
def request_() -> HttpRequest:
    """Give a request of a page."""
    return RequestFactory().get("/page/")


def draw(request: HttpRequest, arguments: str = '"open"', **variables: Any) -> str:
    """Draw the tag in a page."""
    return Template(f"{{% load wfapp %}}{{% wf_element {arguments} %}}").render(RequestContext(request, variables))


def attributes(html: str) -> dict[str, str]:
    """Read the element's attributes."""
    return {name: unescape(value) for name, value in re.findall(r' ([\w-]+)="([^"]*)"', html)}


def test_it_names_the_endpoint_and_the_workflow(request_: HttpRequest) -> None:
    """What is empty or the default is left out."""
    html = draw(request_)
    assert (html.startswith("<wf-form "), html.endswith("></wf-form>")) == (True, True)
    assert attributes(html) == {"src": "/wf/", "name": "open"}


def test_params_are_json_in_an_attribute(request_: HttpRequest) -> None:
    """Quotes and tags in a value stay text; dates travel as the endpoint reads them."""
    params = {"name": "\"<b>'&ö", "day": date(2026, 5, 4)}
    html = draw(request_, '"open" params=params', params=params)
    assert "<b>" not in html
    assert json.loads(attributes(html)["params"]) == {"name": "\"<b>'&ö", "day": "2026-05-04"}


@pytest.mark.parametrize("params", [{}, None, ""])
def test_no_params_are_left_out(request_: HttpRequest, params: Any) -> None:
    """A variable that is missing is none."""
    assert "params" not in attributes(draw(request_, '"open" params=params', params=params))


def test_next_is_where_the_end_leads(request_: HttpRequest) -> None:
    """A path of this site, or a whole address of it."""
    assert attributes(draw(request_, '"open" next="/a/?b=1&c"'))["next"] == "/a/?b=1&c"
    assert attributes(draw(request_, '"open" next="http://testserver/a/"'))["next"] == "http://testserver/a/"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "a/", "", None])
def test_next_that_may_not_be_followed_is_left_out(request_: HttpRequest, target: Any) -> None:
    """It may come from the address of the page."""
    assert "next" not in attributes(draw(request_, '"open" next=target', target=target))


def test_the_csrf_cookie_is_sent(request_: HttpRequest) -> None:
    """Without it the first round of a browser would be refused."""
    draw(request_)
    assert request_.META["CSRF_COOKIE_NEEDS_UPDATE"]


def test_another_csrf_cookie_is_named(request_: HttpRequest, settings: Any) -> None:
    """The element cannot know the site's settings."""
    settings.CSRF_COOKIE_NAME = "__Host-csrf"
    assert attributes(draw(request_))["csrf-cookie"] == "__Host-csrf"


def test_the_words_are_those_of_the_language(request_: HttpRequest) -> None:
    """English ones stand in the element itself."""
    with override("de"):
        assert json.loads(attributes(draw(request_))["texts"])["done"] == "erledigt"


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("opne", "'opne' is no workflow;"),
        (
            "closed",
            "'closed' is not exposed, so the endpoint refuses it: set exposed = True on it;",
        ),
    ],
)
def test_a_workflow_that_cannot_be_started_is_a_mistake(request_: HttpRequest, name: str, fault: str) -> None:
    """It is found when the page is drawn, and not when somebody uses it."""
    with pytest.raises(TemplateSyntaxError) as raised:
        draw(request_, f'"{name}"')
    assert str(raised.value) == f"{{% wf_element %}}: {fault} legal are 'open', 'sealed'."


def test_where_nothing_is_exposed_there_is_no_legal_name(request_: HttpRequest) -> None:
    """The message says so."""
    registry._classes = {}
    with pytest.raises(TemplateSyntaxError, match=r"'open' is no workflow; legal are none yet\.$"):
        draw(request_)


def test_a_workflow_that_starts_without_a_record_takes_no_key(request_: HttpRequest) -> None:
    """The browser would note the refusal of one on its console."""
    assert " keyless></wf-form>" in draw(request_, '"sealed"')
    assert "keyless" not in draw(request_)


def test_without_a_request_it_is_a_mistake() -> None:
    """The tag says what it lacks."""
    with pytest.raises(TemplateSyntaxError) as raised:
        Template('{% load wfapp %}{% wf_element "open" %}').render(Context())
    assert str(raised.value) == (
        "{% wf_element %} needs the request: render the template with it, as render(request, ...) does."
    )
