"""The life of an element in a document, at the moments between: before it has begun, and while it begins anew."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.element.conftest import Open
from tests.browser.element.walks import bodies, heading
from tests.browser.walks import press

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.urls("tests.browser.element.urls")]

MADE = """(attributes) => {
  const element = document.createElement("wf-form");
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  document.querySelector("main").append(element);
  return element;
}"""
TASK = "new Promise((done) => setTimeout(done))"


def test_verbs_before_it_begins_do_nothing(serve: Open) -> None:
    """They answer as those of a client that is over."""
    page = serve("")
    sent = bodies(page)
    answers = page.evaluate(
        """async () => {
          await customElements.whenDefined("wf-form");
          const element = document.createElement("wf-form");
          element.edit("name", "Ann");
          const verbs = ["start", "submit", "refresh", "back", "cancel", "look", "retry", "restart"];
          const answers = await Promise.all([...verbs.map((verb) => element[verb]()), element.action("ring")]);
          return [...answers, element.supportsAction("ring"), element.client];
        }"""
    )
    assert answers == [None] * 9 + [False, None]
    assert sent == []


def test_words_that_change_while_it_begins_anew(element: Open) -> None:
    """Are its words then."""
    page = element()
    page.evaluate(
        """async () => {
          const element = document.querySelector("wf-form");
          element.setAttribute("name", "element/note");
          await null;
          element.setAttribute("texts", '{"problems": "Es gibt ein Problem"}');
        }"""
    )
    heading(page, "A note")
    press(page, "Continue")
    expect(page.locator("#wf-problems h2")).to_have_text("Es gibt ein Problem")


def test_an_address_that_is_set_while_it_loads(serve: Open) -> None:
    """There is no page to take over: it draws."""
    page = serve("")
    page.evaluate(
        f"""async () => {{
          await customElements.whenDefined("wf-form");
          const element = ({MADE})({{ name: "element/trip" }});
          await null;
          element.setAttribute("src", "/wf/");
        }}"""
    )
    heading(page, "Who travels?")


def test_one_that_is_taken_out_while_it_begins_leaves_the_ids_of_others(serve: Open) -> None:
    """No two elements of the page have the same."""
    page = serve("")
    page.evaluate(
        f"""async () => {{
          await customElements.whenDefined("wf-form");
          const make = {MADE};
          const drawn = async (element) => {{ while (!element.querySelector("[id]")) await {TASK}; }};
          const trip = {{ src: "/wf/", name: "element/trip" }};
          const first = make(trip);
          await drawn(first);
          first.remove();
          await {TASK};
          await drawn(make(trip));
          document.body.append(first);
          await null;
          first.remove();
          await {TASK};
          await drawn(make(trip));
        }}"""
    )
    ids = page.locator("wf-form [id]").evaluate_all("elements => elements.map(({ id }) => id)")
    assert len(ids) > 2
    assert len(ids) == len(set(ids))
