"""Pages that <wf-form> takes over: what the server says to it, and that nobody else sees a difference."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from tests.integration.pages.visitor import Sheet, Visitor
from wfapp.models import Flow

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.pages.smooth_urls")]

ELEMENT = {"X-Wf-Form": "1"}


def data_of(sheet: Sheet) -> dict[str, Any]:
    """Read what a page tells the element."""
    attribute = re.search(r'<wf-form data-wf-page="([^"]*)"', sheet.text)
    assert attribute is not None
    data: dict[str, Any] = json.loads(unescape(attribute[1]))
    return data


def context_of(sheet: Sheet) -> dict[str, Any]:
    """Read what a page passes to the element."""
    context: dict[str, Any] = data_of(sheet)["inputRequired"]["context"]
    return context


def test_page_is_wrapped_and_loads_the_element(visitor: Visitor) -> None:
    """The form stands in <wf-form>, which is told what no markup says."""
    page = visitor.open("/hello/")
    assert re.search(r'<main class="wf">\s*<wf-form data-wf-page="[^"]*"><form class="wf-form"', page.text)
    assert page.text.count('<script type="module" src="/static/wfapp/wf-form.js"></script>') == 1
    view = {"step": "ask", "title": "Your name", "live": False}
    payload = {"id": "", "version": "", "schema": {"properties": {}}, "ui": {"ui:order": []}}
    assert data_of(page) == {
        "status": "form",
        "wfs": "page",
        "view": view,
        "messages": [],
        "inputRequired": {"payload": payload, "view": view, "context": {}},
        "stored": [],
    }


def test_page_without_it_is_as_it_was(visitor: Visitor) -> None:
    """No script, no element, no data: it is off unless the view says so."""
    page = visitor.open("/plain/")
    assert ("wf-form>" in page.text, "data-wf-page" in page.text, "<script" in page.text) == (False, False, False)


def test_element_is_told_what_the_page_passes_and_no_more(visitor: Visitor) -> None:
    """Passed keys and errors, as in the JSON answer; the code's hash stays where it is."""
    second = visitor.submit(visitor.open("/hello/"), name="Ann")
    assert context_of(second) == {"name": "Ann"}
    rejected = visitor.submit(second, code="000000")
    assert rejected.status == 422
    assert context_of(rejected) == {"name": "Ann", "errors": {"code": "Wrong code."}}


def test_data_is_escaped(visitor: Visitor) -> None:
    """What a person typed stays a text, whatever it looks like."""
    second = visitor.submit(visitor.open("/hello/"), name='"><script>')
    assert context_of(second) == {"name": '"><script>'}
    assert '"><script>' not in second.text


def test_stale_page_tells_its_message(visitor: Visitor) -> None:
    """An announcement needs the text that was put above the page."""
    second = visitor.submit(visitor.open("/hello/"), name="Ann")
    visitor.submit(second, code="000000")
    stale = visitor.submit_with(ELEMENT, second, code="111111")
    assert (stale.status, [message["level"] for message in data_of(stale)["messages"]]) == (409, ["warn"])


def test_every_kind_of_page_is_wrapped(visitor: Visitor) -> None:
    """A button to start, an end and a lost flow are swapped in as well."""
    start = visitor.open("/begin/7/")
    assert (data_of(start)["status"], data_of(start)["view"]) == ("start", {"title": "Begin here"})
    second = visitor.submit(visitor.open("/hello/"), name="Ann")
    end = visitor.submit(second, code="123456")
    assert (data_of(end)["status"], data_of(end)["finished"]) == ("finished", True)
    Flow.objects.all().delete()
    gone = visitor.open(second.address)
    assert (gone.status, data_of(gone)["status"]) == (410, "")
    assert data_of(gone)["view"] == {"title": "This page has expired"}


def test_words_come_in_the_language_of_the_page(visitor: Visitor) -> None:
    """An English page needs none; a German one has them."""
    assert " texts=" not in visitor.open("/hello/").text
    with translation.override("de"):
        texts = re.search(r' texts="([^"]*)"', visitor.open("/hello/", **{"Accept-Language": "de"}).text)
    assert texts is not None
    assert json.loads(unescape(texts[1]))["submit"] == "Weiter"


def test_rounds_within_the_flow_are_redirects_that_fetch_follows(visitor: Visitor) -> None:
    """The next page, and a finish page that leads nowhere by itself, are taken in."""
    first = visitor.open("/hello/", **ELEMENT)
    response = visitor.send(first, name="Ann")
    assert (response.status_code, "X-Wf-Location" in response.headers) == (303, False)
    second = visitor.submit_with(ELEMENT, first, name="Ann")
    end = visitor.submit_with(ELEMENT, second, code="123456")
    assert (end.heading, data_of(end)["status"], "X-Wf-Location" in end.headers) == ("Done", "finished", False)


def test_end_that_leads_away_is_named(visitor: Visitor, alice: User) -> None:
    """The target is loaded once, by the browser: its messages are shown there, and only once."""
    first = visitor.open("/saves/?next=/echo/", **ELEMENT)
    end = visitor.submit_with(ELEMENT, first, name="alice")
    assert (end.status, end.headers["X-Wf-Location"], end.text) == (200, "/echo/", "")
    assert visitor.open("/echo/").text == "alice; Welcome back.; Signed in."
    assert visitor.open("/echo/").text == "alice"


def test_end_that_signs_in_is_a_page_of_its_own(visitor: Visitor, alice: User) -> None:
    """What stands around the form has another CSRF token and another name from then on."""
    end = visitor.submit_with(ELEMENT, visitor.open("/joins/", **ELEMENT), name="alice")
    assert (end.status, end.text) == (200, "")
    finish = visitor.open(end.headers["X-Wf-Location"])
    assert (finish.heading, finish.link("Look around")) == ("Done", "/echo/")


def test_signed_in_person_is_sent_on_by_the_header(visitor: Visitor, alice: User) -> None:
    """As with a redirect: the view's address is passed by."""
    visitor.client.force_login(alice)
    passed = visitor.open("/saves/", **ELEMENT)
    assert (passed.status, passed.headers["X-Wf-Location"]) == (200, "/echo/")


def test_anonymous_person_is_sent_to_the_sign_in_by_the_header(visitor: Visitor, settings: Any) -> None:
    """Its page is another one, with another address."""
    settings.LOGIN_URL = "/echo/"
    sent = visitor.open("/private/", **ELEMENT)
    assert sent.headers["X-Wf-Location"] == "/echo/?next=/private/"


def test_caches_are_told(visitor: Visitor) -> None:
    """Two answers under one address differ by the headers of who asks."""
    for address in ("/hello/", "/plain/"):
        varies = {name.strip() for name in visitor.open(address).headers["Vary"].split(",")}
        assert varies >= {"HX-Request", "X-Wf-Form"}


def test_it_costs_no_query(visitor: Visitor) -> None:
    """Whether a page is taken over is a matter of its markup."""
    counts = []
    for address in ("/plain/", "/hello/"):
        first = visitor.open(address)
        with CaptureQueriesContext(connection) as queries:
            visitor.submit(first, name="Ann")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_htmx_gets_its_fragment_all_the_same(visitor: Visitor) -> None:
    """One script at a time: htmx swaps the form element."""
    page = visitor.open("/hello/", **{"HX-Request": "true"})
    assert page.text.startswith('<form class="wf-form"')


def test_site_without_the_tag_has_plain_pages(visitor: Visitor, settings: Any, tmp_path: Any) -> None:
    """A base template of the site's own that lacks it loses nothing but the smoothness."""
    folder = tmp_path / "wfapp"
    folder.mkdir()
    (folder / "base.html").write_text("<main>{% block content %}{% endblock %}</main>")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    page = visitor.open("/hello/")
    assert ("<wf-form" in page.text, page.heading) == (False, "Your name")
