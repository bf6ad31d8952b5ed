"""What a browser must show before its post is taken."""

from __future__ import annotations

import pytest
from django.middleware.csrf import get_token
from django.test import RequestFactory
from pytest_django import Settings

from wfapp.errors import NotAllowed
from wfapp.http.guards import refuse_cross_site, require_csrf

OWN = "http://testserver"


@pytest.fixture(autouse=True)
def trusted(settings: Settings) -> None:
    """Let this site be testserver and trust two other origins."""
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://app.example.com", "https://*.example.org"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": OWN},
        {"Origin": OWN, "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://app.example.com"},
        {"Origin": "https://app.example.com", "Sec-Fetch-Site": "same-site"},
        {"Origin": "https://app.example.com", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://a.example.org", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://example.org"},
    ],
)
def test_this_site_and_trusted_origins_may_post(rf: RequestFactory, headers: dict[str, str]) -> None:
    """Own and trusted origins pass, and clients that send neither header."""
    refuse_cross_site(rf.post("/", headers=headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "https://evil.example"},
        {"Origin": "https://testserver"},
        {"Origin": "http://testserver:81"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://app.example.com"},
        {"Origin": "https://app.example.com.evil.example"},
        {"Origin": "https://evilexample.org"},
        {"Origin": "http://a.example.org"},
        {"Origin": "https://["},
        {"Origin": OWN, "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "anything"},
    ],
)
def test_other_origins_are_refused(rf: RequestFactory, headers: dict[str, str]) -> None:
    """An origin that is neither own nor trusted is refused, a subdomain and "null" included."""
    with pytest.raises(NotAllowed) as caught:
        refuse_cross_site(rf.post("/", headers=headers))
    assert (caught.value.error_code, str(caught.value)) == ("cross-site", "This request came from another site.")


def test_a_request_with_djangos_csrf_token_passes(rf: RequestFactory) -> None:
    """The header must match the cookie."""
    rf.cookies["csrftoken"] = "c" * 32
    require_csrf(rf.post("/", "{}", content_type="application/json", headers={"X-CSRFToken": "c" * 32}))


def test_a_masked_token_passes(rf: RequestFactory) -> None:
    """The value that a template prints is as good as the cookie's."""
    rf.cookies["csrftoken"] = "c" * 32
    earlier = rf.get("/")
    earlier.META["CSRF_COOKIE"] = "c" * 32
    require_csrf(rf.post("/", "{}", content_type="application/json", headers={"X-CSRFToken": get_token(earlier)}))


@pytest.mark.parametrize(
    ("cookie", "header"), [("", ""), ("c" * 32, ""), ("c" * 32, "d" * 32), ("", "c" * 32), ("\x00", "c" * 32)]
)
def test_a_request_without_djangos_csrf_token_is_refused(rf: RequestFactory, cookie: str, header: str) -> None:
    """The refusal is one of ours, and the middleware will set the cookie on its answer."""
    request = rf.post("/", "{}", content_type="application/json", headers={"X-CSRFToken": header} if header else {})
    request.COOKIES = {"csrftoken": cookie} if cookie else {}
    with pytest.raises(NotAllowed) as caught:
        require_csrf(request)
    assert caught.value.error_code == "csrf"
    assert str(caught.value) == "The CSRF token is missing or wrong: send the value of the CSRF cookie."
    assert request.META["CSRF_COOKIE_NEEDS_UPDATE"] is True
