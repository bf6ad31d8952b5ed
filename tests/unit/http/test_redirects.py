"""Where a browser may be sent."""

from __future__ import annotations

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from tests.targets import HOSTILE, LEGAL, name_of
from wfapp.http.redirects import safe_target


@pytest.fixture(autouse=True)
def hosts(settings: Settings) -> None:
    """Let this site be testserver, with one more allowed host."""
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.WFAPP = {**settings.WFAPP, "REDIRECT_HOSTS": ["app.example.com"]}


@pytest.mark.parametrize("url", LEGAL, ids=name_of)
def test_this_site_and_allowed_hosts_are_safe(rf: RequestFactory, url: str) -> None:
    """A path, this host and an allowed host come back as they are."""
    assert safe_target(url, rf.get("/")) == url


@pytest.mark.parametrize("url", ["", *HOSTILE], ids=name_of)
def test_everything_else_is_refused(rf: RequestFactory, url: str) -> None:
    """Another host, another scheme, and what browsers or proxies read in another way than this code."""
    assert safe_target(url, rf.get("/")) == ""


def test_a_secure_page_leads_to_secure_ones(rf: RequestFactory) -> None:
    """From https nothing leads to http."""
    request = rf.get("/", secure=True)
    assert safe_target("http://testserver/a", request) == ""
    assert safe_target("//testserver/a", request) == ""
    assert safe_target("https://testserver/a", request) == "https://testserver/a"
    assert safe_target("/a", request) == "/a"
