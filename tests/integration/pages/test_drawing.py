"""Own templates, htmx, and what the view itself says."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.integration.pages.visitor import Visitor
from tests.integration.pages.workflows import urlpatterns
from wfapp.errors import DeclarationError
from wfapp.models import Flow
from wfapp.web import WorkflowView

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.pages.workflows")]


def test_template_of_the_step_wins(visitor: Visitor, settings: Any, tmp_path: Any) -> None:
    """Templates are looked up as the admin does: step, workflow, page."""
    folder = tmp_path / "wfapp" / "tests" / "hello"
    folder.mkdir(parents=True)
    (tmp_path / "wfapp" / "tests" / "hello.html").write_text("workflow: {{ title }} {{ step }}")
    (folder / "verify.html").write_text("step: {{ passed.name }} {{ flow.url }}")
    first = visitor.open("/hello/")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    assert visitor.open("/hello/").text == "workflow: Your name ask"
    second = visitor.submit(first, name="Ann")
    assert second.text == f"step: Ann {second.address}"


def test_own_template_and_context_win(visitor: Visitor, settings: Any, tmp_path: Any) -> None:
    """``template_name`` is every page's, and ``extra_context`` comes on top."""
    (tmp_path / "own.html").write_text("{{ site }}: {{ title }} {{ next }} {% load wfapp %}{% wf_form %}")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]
    first = visitor.open("/own/?next=/echo/")
    assert first.text.startswith("Ours: Your name /echo/")
    assert visitor.submit(first, name="Ann").text.startswith("Ours: Code for Ann /echo/")


HTMX = {"HX-Request": "true"}


def test_htmx_gets_the_form_alone(visitor: Visitor) -> None:
    """A fragment that swaps itself, with its own address to post to."""
    first = visitor.open("/hello/", **HTMX)
    assert first.text.startswith('<form class="wf-form"')
    assert first.text.rstrip().endswith("</form>")
    assert 'hx-post="/hello/" hx-target="this" hx-swap="outerHTML"' in first.text


def test_htmx_follows_to_the_next_form(visitor: Visitor) -> None:
    """The next step comes as a fragment, too, and the address of the flow's own page follows."""
    headers = HTMX | {"HX-Current-URL": "http://testserver/hello/"}
    second = visitor.submit_with(headers, visitor.open("/hello/", **headers), name="Ann")
    assert second.text.startswith("<form")
    assert second.headers["HX-Replace-Url"] == second.address


def test_htmx_gets_the_same_statuses(visitor: Visitor) -> None:
    """A rejected form is 422, an old page 409, a lost flow 410, each as a fragment."""
    first = visitor.open("/hello/", **HTMX)
    assert visitor.submit_with(HTMX, first, name="wrong").status == 422
    second = visitor.submit_with(HTMX, first, name="Ann")
    visitor.submit_with(HTMX, second, code="000000")
    assert visitor.submit_with(HTMX, second, code="111111").status == 409
    Flow.objects.all().delete()
    gone = visitor.submit_with(HTMX, second, code="123456")
    assert gone.status == 410
    assert gone.text.lstrip().startswith("<section")


def test_htmx_leaves_with_a_header(visitor: Visitor, alice: User) -> None:
    """The end is a page of its own: htmx is told to go there."""
    first = visitor.open("/sign-in/?next=/echo/", **HTMX)
    end = visitor.submit_with(HTMX, first, name="alice")
    assert (end.status, end.headers["HX-Redirect"], end.text) == (200, "/echo/", "")
    assert visitor.open("/echo/").text == "alice"


def test_htmx_leaves_to_the_finish_page(visitor: Visitor) -> None:
    """Without a place to go, the end is the finish page, as a whole."""
    second = visitor.submit_with(HTMX, visitor.open("/hello/", **HTMX), name="Ann")
    end = visitor.submit_with(HTMX, second, code="123456")
    assert end.headers["HX-Redirect"] == second.address
    assert visitor.open(end.headers["HX-Redirect"]).heading == "Done"


def test_whole_page_swaps_itself_where_the_site_says_so(visitor: Visitor) -> None:
    """``extra_context={"htmx": True}`` puts htmx's attributes on a page that a browser asked for."""
    first = visitor.open("/htmx/")
    assert first.text.startswith("<!DOCTYPE html>")
    assert 'hx-post="/htmx/"' in first.text


def test_view_needs_a_workflow_with_a_name() -> None:
    """A mistake in the URLconf is found when it is loaded."""
    with pytest.raises(DeclarationError) as raised:
        WorkflowView.as_view(workflow="auth/login")
    assert str(raised.value) == (
        "WorkflowView: workflow is 'auth/login'; pass a Workflow class with a name, as in workflow=Login."
    )


def test_view_says_what_it_serves() -> None:
    """Links find the address of a workflow by what as_view was given, and no transaction is around its rounds."""
    view: Any = urlpatterns[0].callback
    assert view.view_initkwargs["workflow"].name == "tests/hello"
    assert view._non_atomic_requests == {"default"}
