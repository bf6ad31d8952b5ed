"""Where a browser may be sent."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from wfapp.http.redirects import end_target, safe_target
from wfapp.rounds.answer import Answer, End


class Login:
    """Stand where an answer names its workflow."""

    name = "auth/login"


def answer(**end: Any) -> Answer:
    """Make the answer of a flow that ended so."""
    workflow: Any = Login
    return Answer(status="finished", workflow=workflow, end=End(status="finished", **end))


@pytest.fixture(autouse=True)
def hosts(settings: Settings) -> None:
    """Let this site be testserver, with one more allowed host."""
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.WFAPP = {**settings.WFAPP, "REDIRECT_HOSTS": ["app.example.com"]}


@pytest.mark.parametrize(
    "url",
    [
        "/",
        "/a/b/?c=d&e=%20f#g",
        "/größe",
        "/a b",
        "http://testserver/a",
        "https://testserver/a",
        "https://app.example.com/",
        "//app.example.com/a",
    ],
)
def test_this_site_and_allowed_hosts_are_safe(rf: RequestFactory, url: str) -> None:
    """A path, this host and an allowed host come back as they are."""
    assert safe_target(url, rf.get("/")) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        " /a",
        "/a\n",
        "a",
        "?a=b",
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "http:///evil.example/",
        "https:evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/a\\b",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://testserver/",
        "https://testserver@evil.example/",
        "https://user:pass@testserver/",
        "https://app.example.com:444/",
        "https://app.example.com.evil.example/",
        "https://[::1/",
        "/\t/evil.example",
        "/\x00",
        "\x08//evil.example",
        "/\u202egro.lave",
        "/\ud800",
        "/" + "a" * 2_000,
    ],
)
def test_everything_else_is_refused(rf: RequestFactory, url: str) -> None:
    """Another host, another scheme, and what browsers read in another way than this code."""
    assert safe_target(url, rf.get("/")) == ""


def test_a_secure_page_leads_to_secure_ones(rf: RequestFactory) -> None:
    """From https nothing leads to http."""
    request = rf.get("/", secure=True)
    assert safe_target("http://testserver/a", request) == ""
    assert safe_target("//testserver/a", request) == ""
    assert safe_target("https://testserver/a", request) == "https://testserver/a"
    assert safe_target("/a", request) == "/a"


@pytest.mark.parametrize(
    ("end", "target"),
    [
        ({"redirect": "/r", "next": "/n"}, "/r"),
        ({"next": "/n"}, "/n"),
        ({"next": "//evil.example"}, "/default"),
        ({}, "/default"),
    ],
)
def test_the_steps_redirect_goes_before_next_and_default(rf: RequestFactory, end: dict[str, str], target: str) -> None:
    """Redirect, next, default: the first that is there and allowed."""
    assert end_target(answer(**end), rf.get("/"), default="/default") == target


def test_a_refused_redirect_is_logged_without_its_address(rf: RequestFactory, caplog: pytest.LogCaptureFixture) -> None:
    """The author learns which workflow it was; the address may hold a secret."""
    with caplog.at_level(logging.WARNING, logger="wfapp.http"):
        assert end_target(answer(redirect="https://evil.example/?t=s3cret", next="/n"), rf.get("/")) == "/n"
    assert caplog.messages == ["auth/login redirects to a host that is not allowed; add it to WFAPP['REDIRECT_HOSTS']."]


def test_a_flow_that_goes_on_leads_to_the_default(rf: RequestFactory) -> None:
    """Without an end there is no redirect and no next."""
    workflow: Any = Login
    assert end_target(Answer(status="form", workflow=workflow), rf.get("/")) == ""
