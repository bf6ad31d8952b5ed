"""Slots: a site's own parts, with the passed context as text."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.element.conftest import Open
from tests.browser.element.test_ends import TARGET, end, freeze
from tests.browser.element.walks import heading, to_stay
from tests.browser.walks import press

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.urls("tests.browser.element.urls")]

EVIL = "<img src=x onerror=\"document.title='run'\">{{ ctx.secret }}'"


def slot(name: str, content: str) -> str:
    """Write a slot."""
    return f'<template data-slot="{name}">{content}</template>'


def test_parts_of_a_page(element: Open) -> None:
    """Each stands in its place."""
    names = ("before", "after", "footer")
    inside = "".join(slot(name, f"<p class='own'>{name}</p>") for name in names)
    page = element(inside=inside + slot("header", "<h2>Step {{ view.progress.current }}: {{ view.title }}</h2>"))
    expect(page.locator("wf-form h2")).to_have_text("Step 1: Who travels?")
    expect(page.locator(".own")).to_have_text(list(names))
    order = page.locator(".wf-form").evaluate(
        "form => [...form.children].map(child => child.localName === 'p' ? child.textContent : child.className)"
    )
    assert order == ["wf-hidden", "wf-progress", "", "before", "wf-field", "wf-field", "after", "wf-buttons", "footer"]
    page.get_by_label("Name").fill("Ann")
    press(page, "Continue")
    expect(page.locator("wf-form h2")).to_have_text("Step 2: Where to, Ann?")
    expect(page.locator("#wf-title")).to_be_focused()


def test_only_templates_are_slots(serve: Open) -> None:
    """A site may use the attribute for something else."""
    page = serve('<wf-form src="/wf/" name="element/trip"><div data-slot="header">Wait</div></wf-form>')
    heading(page, "Who travels?")
    expect(page.locator("[data-slot]")).to_have_count(0)


def test_a_value_is_a_text_whatever_it_holds(element: Open) -> None:
    """No markup, and no place of its own; also in an attribute."""
    content = "<p class='own' title='To {{ctx.name}}' data-x='{{ ctx.name }}'>{{ ctx.name }} {{ ctx.constructor }}</p>"
    page = element(inside=slot("before", content + "<script type='text/plain'>{{ ctx.name }}</script>"))
    to_stay(page, EVIL)
    own = page.locator(".own")
    expect(own).to_have_text(f"{EVIL} ")
    expect(own).to_have_attribute("title", f"To {EVIL}")
    expect(own).to_have_attribute("data-x", "{{ ctx.name }}")
    assert page.locator("wf-form script").text_content() == "{{ ctx.name }}"
    assert (page.locator("wf-form img").count(), page.title()) == (0, "Elements")


def test_places_are_filled_again(element: Open) -> None:
    """The slot itself stays, with what is in it."""
    page = element(
        inside=slot("before", "<p class='own'>{{ view.fields.nights.schema.description }}</p><input id='own'>")
    )
    to_stay(page)
    page.locator("#own").fill("kept")
    expect(page.locator(".own")).to_have_text("A note of 0 letters.")
    page.get_by_label("Note").fill("late")
    expect(page.locator(".own")).to_have_text("A note of 4 letters.")
    expect(page.locator("#own")).to_have_value("kept")


def test_a_field_of_ones_own(element: Open) -> None:
    """Its parts go where the slot says, errors included."""
    content = (
        "<b>{{ field.label }}!</b><div data-part='errors'></div><span data-part='label'></span>"
        "<div data-part='control'></div><i data-part='help'></i>"
    )
    page = element(inside=slot("field:name", content))
    expect(page.locator("[data-path=name] b")).to_have_text("Name!")
    expect(page.locator("[data-path=name] i")).to_have_text("As in your passport.")
    page.get_by_label("Name").fill("wrong")
    press(page, "Continue")
    expect(page.locator("[data-part=errors]")).to_have_text("Not that one.")
    to_stay(page)


def test_buttons_of_ones_own(element: Open) -> None:
    """Words for the submit button, or a button; other buttons act by their name."""
    inside = slot("submit", "<em>{{ label }} &raquo;</em>") + slot(
        "actions", '<button name="wf_action" value="ring" formnovalidate>Ring {{ ctx.name }}</button>'
    )
    page = element(inside=inside)
    expect(page.get_by_role("button", name="Continue »")).to_have_class("wf-button")
    page.get_by_label("Name").fill("Ann")
    page.get_by_role("button", name="Continue »").click()
    press(page, "Ring Ann")
    expect(page.locator(".wf-message-info")).to_have_text("We are calling.")
    expect(page.locator(".wf-action")).to_have_count(0)


def test_an_end_of_ones_own(element: Open) -> None:
    """Its message, countdown and buttons; the seconds go on, and nothing is drawn anew for them."""
    inside = (
        slot("finish.message", "<p class='own'>{{ finish.message }} {{ finish.title }}</p>")
        + slot("finish.countdown", "<p class='left'>{{ finish.seconds }} left</p>")
        + slot("finish.skip", "<a class='mine'>{{ label }} in {{ finish.seconds }}</a>")
    )
    page = element("ends/leaving", TARGET, inside)
    freeze(page)
    end(page, "auto")
    expect(page.locator(".own")).to_have_text("Over. Done")
    expect(page.locator(".left")).to_have_text("4 left")
    link = page.get_by_role("link", name="Go now in 4")
    link.focus()
    page.clock.run_for(1100)
    expect(page.get_by_role("link", name="Go now in 3")).to_be_focused()
    expect(page.locator(".left")).to_have_text("3 left")
    page.locator(".mine").click()
    page.wait_for_url("**/hello/")


def test_choices_of_ones_own(element: Open) -> None:
    """One template for the first, and one for the others."""
    inside = (
        slot("finished", "<h2>Over, {{ finish.status }}</h2>")
        + slot("finish.primary", "<b>{{ label }}!</b>")
        + slot("finish.option", "<button class='mine'>{{ label }}?</button>")
    )
    page = element("ends/leaving", TARGET, inside)
    end(page, "manual")
    expect(page.locator("wf-form h2")).to_have_text("Over, finished")
    expect(page.get_by_role("link", name="Shop!")).to_be_visible()
    expect(page.locator(".mine")).to_have_text(["Again?", "Close?"])
    page.get_by_role("button", name="Again?").click()
    heading(page, "First")


def test_a_fault_of_ones_own(element: Open) -> None:
    """With the words of the server."""
    page = element(inside=slot("error", "<p class='own'>Oh: {{ error.message }} ({{ error.code }})</p>"))
    fault = {"error": {"code": "limit", "message": "Too many."}}
    page.route("**/wf/", lambda route: route.fulfill(status=429, headers={"Retry-After": "99"}, json=fault))
    page.get_by_label("Name").fill("Ann")
    press(page, "Continue")
    expect(page.locator(".wf-message-error .own")).to_have_text("Oh: Too many. (limit)")


def test_what_is_shown_until_the_first_answer(serve: Open) -> None:
    """In place of the words of the element."""
    page = serve("")
    page.route("**/wf/", lambda route: None)
    serve(f'<wf-form src="/wf/" name="element/trip">{slot("loading", "<p>One moment</p>")}</wf-form>')
    expect(page.locator("wf-form")).to_contain_text("One moment")
