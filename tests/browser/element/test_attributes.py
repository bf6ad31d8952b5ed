"""Attributes, properties, events and methods of the element, and its life in a document."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.element.conftest import Open
from tests.browser.element.walks import bodies, heading, hold, to_stay
from tests.browser.walks import press

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.urls("tests.browser.element.urls")]


def test_words_come_from_an_attribute(element: Open) -> None:
    """Those that are not in it are the element's own."""
    texts = {"problems": "Es gibt ein Problem", "left": {"one": "noch einmal", "other": "noch {count}-mal"}}
    page = element(attributes=f"texts='{json.dumps(texts)}'")
    to_stay(page)
    note = page.locator(".wf-action-note")
    expect(note).to_have_text("noch 2-mal")
    page.get_by_role("button", name="Call Ann").click()
    expect(note).to_have_text("noch einmal")
    press(page, "Book")
    expect(page.locator("#wf-problems h2")).to_have_text("Es gibt ein Problem")
    expect(page.locator(".wf-progress")).to_have_attribute("aria-label", "Progress")


def test_another_name_is_another_flow(element: Open) -> None:
    """It starts from the first page, once for all attributes that change together."""
    page = element()
    to_stay(page)
    sent = bodies(page)
    page.evaluate(
        """() => {
          const element = document.querySelector("wf-form");
          element.setAttribute("params", '{"tag": "y"}');
          element.setAttribute("next", "/hello/");
        }"""
    )
    heading(page, "Who travels?")
    assert sent == [{"wfid": "element/trip", "params": {"tag": "y"}, "next": "/hello/", "transport": "cookie"}]
    page.evaluate(
        """() => {
          const element = document.querySelector("wf-form");
          element.removeAttribute("params");
          element.setAttribute("name", "element/note");
        }"""
    )
    heading(page, "A note")


def test_what_is_set_while_it_loads(serve: Open) -> None:
    """Frameworks set attributes after they have put the element in; the only start is with them."""
    page = serve("")
    page.wait_for_function("() => Boolean(customElements.get('wf-form'))")
    sent = bodies(page)
    page.evaluate(
        """async () => {
          const element = document.createElement("wf-form");
          element.setAttribute("src", "/wf/");
          document.querySelector("main").append(element);
          await null;
          element.setAttribute("name", "element/trip");
          element.setAttribute("params", '{"tag": "y"}');
        }"""
    )
    heading(page, "Who travels?")
    start = {"wfid": "element/trip", "params": {"tag": "y"}, "transport": "cookie"}
    # It is sent again, unchanged, where the browser has no CSRF cookie yet.
    assert sent in ([start], [start, start])


def test_what_stood_there_is_not_sent_while_it_loads(page: Page, serve: Open) -> None:
    """Its values would stand in an address."""
    module = "**/form/drawings.js"
    held = hold(page, module)
    with page.expect_request(module):
        serve('<wf-form src="/wf/" name="element/trip"><form><input name="a"><button>Send</button></form></wf-form>')
    press(page, "Send")
    held[0].continue_()
    heading(page, "Who travels?")
    assert page.url.endswith("/element-test/")


def test_what_is_moved_goes_on(element: Open) -> None:
    """With what was typed."""
    page = element()
    page.get_by_label("Name").fill("Ann")
    page.evaluate("document.body.append(document.querySelector('wf-form'))")
    expect(page.get_by_label("Name")).to_have_value("Ann")
    press(page, "Continue")
    heading(page, "Where to, Ann?")


def test_what_is_taken_out_is_quiet_and_comes_back(element: Open) -> None:
    """Its requests are aborted; once it is back it asks where the flow stands."""
    page = element()
    to_stay(page)
    page.evaluate("window.kept = document.querySelector('wf-form'); kept.remove()")
    page.evaluate("() => new Promise(done => setTimeout(done))")
    assert page.evaluate("[kept.children.length, history.state.wf !== undefined]") == [0, True]
    page.go_back()
    page.go_forward()
    page.evaluate("document.querySelector('main').append(kept)")
    heading(page, "Where to, Ann?")


def test_state_verbs_and_events(element: Open) -> None:
    """The client's own, on the element."""
    page = element()
    state = page.evaluate(
        """async () => {
          const element = document.querySelector("wf-form");
          const told = [];
          for (const type of ["loading", "submit", "context", "errors", "form"]) {
            document.addEventListener(`wf:${type}`, (event) => told.push([type, event.target === element]));
          }
          element.edit("name", "Ann");
          const answer = await element.submit();
          const { status, loading, formContext, view, error, finished } = element;
          return { told, status, loading, formContext, step: view.step, error, finished, answered: answer.status };
        }"""
    )
    assert state == {
        "told": [[event, True] for event in ("submit", "loading", "loading", "context", "errors", "form")],
        "status": "form",
        "loading": False,
        "formContext": {"name": "Ann"},
        "step": "stay",
        "error": None,
        "finished": False,
        "answered": "form",
    }
    assert page.evaluate("document.querySelector('wf-form').supportsAction('ring')") is True


def test_a_listener_may_stop_a_submit(element: Open) -> None:
    """Nothing is sent."""
    page = element()
    page.evaluate("document.addEventListener('wf:submit', event => event.preventDefault())")
    page.get_by_label("Name").fill("Ann")
    press(page, "Continue")
    heading(page, "Who travels?")
    expect(page.locator(".wf-form")).not_to_have_attribute("aria-busy", "true")


def test_a_fetch_of_ones_own(serve: Open) -> None:
    """Set before the element stands in the document."""
    page = serve("")
    page.wait_for_function("() => Boolean(customElements.get('wf-form'))")
    page.evaluate(
        """() => {
          const element = document.createElement("wf-form");
          element.setAttribute("src", "/wf/");
          element.setAttribute("name", "element/trip");
          element.fetch = (path, options) => ((window.asked = path), fetch(path, options));
          document.querySelector("main").append(element);
        }"""
    )
    heading(page, "Who travels?")
    assert page.evaluate("asked") == "/wf/"


def test_params_that_are_no_json_are_refused(page: Page, serve: Open, complaints: list[str]) -> None:
    """The message does not repeat them."""
    with page.expect_event("pageerror"):
        serve("""<wf-form src="/wf/" name="element/trip" params="hush-hush"></wf-form>""")
    assert complaints == ["The attribute params of <wf-form> must be JSON."]
    complaints.clear()


def test_a_widget_of_ones_own(serve: Open) -> None:
    """By the id of the payload and the path."""
    page = serve("")
    page.evaluate(
        """async () => {
          const { widgets } = await import("/static/wfapp/wf-form.js");
          widgets.set("tests.NameForm.name", (field) => {
            const button = document.createElement("button");
            button.type = "button";
            button.id = field.id;
            button.textContent = "Ann";
            button.addEventListener("click", () => field.set("Ann"));
            return button;
          });
          const element = document.createElement("wf-form");
          element.setAttribute("src", "/wf/");
          element.setAttribute("name", "element/trip");
          document.querySelector("main").append(element);
        }"""
    )
    page.locator("#id_name").click()
    press(page, "Continue")
    heading(page, "Where to, Ann?")
