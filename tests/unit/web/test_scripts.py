"""The requests of scripts told from a browser's own."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from wfapp.web.scripts import SeeOther, is_element, is_htmx, leave, replace_address, wants_fragment

rf = RequestFactory()
HTMX = {"HX-Request": "true"}
ELEMENT = {"X-Wf-Form": "1"}


def test_browser_wants_the_whole_page() -> None:
    """A request without htmx's header is a browser's."""
    request = rf.get("/login/")
    assert (is_htmx(request), wants_fragment(request)) == (False, False)


def test_htmx_wants_a_fragment() -> None:
    """A request by htmx is answered with a part of a page."""
    request = rf.get("/login/", headers=HTMX)
    assert (is_htmx(request), wants_fragment(request)) == (True, True)


@pytest.mark.parametrize(
    "header", [{"HX-Boosted": "true"}, {"HX-History-Restore-Request": "true"}, {"HX-Request-Type": "full"}]
)
def test_htmx_sometimes_wants_the_whole_page(header: dict[str, str]) -> None:
    """Boosted links and restored history replace the whole body."""
    assert not wants_fragment(rf.get("/login/", headers=HTMX | header))


def test_browser_leaves_with_303() -> None:
    """A browser follows with a GET, whatever it sent."""
    response = leave(rf.post("/login/"), "/home/")
    assert (response.status_code, response.headers["Location"]) == (303, "/home/")


def test_htmx_leaves_with_a_header() -> None:
    """htmx reads HX-Redirect of a 200 alone, and would follow a Location unseen."""
    response = leave(rf.post("/login/", headers=HTMX), "/home/")
    assert (response.status_code, response.headers["HX-Redirect"]) == (200, "/home/")
    assert "Location" not in response.headers


def test_element_leaves_with_a_header_of_its_own() -> None:
    """It goes there itself: fetch would follow a Location unseen."""
    response = leave(rf.post("/login/", headers=ELEMENT), "/über/")
    assert (response.status_code, response.headers["X-Wf-Location"]) == (200, "/%C3%BCber/")
    assert {"Location", "HX-Redirect"}.isdisjoint(response.headers)


def test_element_is_told_by_its_header_and_wants_the_whole_page() -> None:
    """It takes its content out of the site's own page."""
    request = rf.get("/login/", headers=ELEMENT)
    assert (is_element(request), is_htmx(request), wants_fragment(request)) == (True, False, False)
    assert not is_element(rf.get("/login/"))


def test_htmx_leaves_to_an_encoded_address() -> None:
    """A header holds ASCII alone, whichever way a person is sent on."""
    assert leave(rf.post("/login/", headers=HTMX), "/über/").headers["HX-Redirect"] == "/%C3%BCber/"


def test_see_other_refuses_a_script() -> None:
    """Django's list of schemes holds for 303 as well."""
    with pytest.raises(Exception, match="Unsafe redirect to URL with protocol 'javascript'"):
        SeeOther("javascript:alert(1)")


def test_address_is_replaced_on_the_flows_own_page() -> None:
    """A reload of a page that htmx changed finds the flow."""
    response = HttpResponse()
    request = rf.get("/login/", headers=HTMX | {"HX-Current-URL": "http://testserver/login/?next=/a/"})
    replace_address(request, response, "/login/?wf=ad32ff8f")
    assert response.headers["HX-Replace-Url"] == "/login/?wf=ad32ff8f"


def test_address_stays_on_a_page_that_embeds_the_form() -> None:
    """A form in a dialog does not change the address of the page around it."""
    response = HttpResponse()
    request = rf.get("/login/", headers=HTMX | {"HX-Current-URL": "http://testserver/shop/"})
    replace_address(request, response, "/login/?wf=ad32ff8f")
    assert "HX-Replace-Url" not in response.headers
