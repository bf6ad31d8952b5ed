"""The samples for frameworks, as their page shows them: each is bundled, and signs bob in."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.apps.conftest import App, Bundle, Open
from tests.browser.walks import PASSWORDS, answer, codes, mailed_code, press, send_code, signed_in, type_password, wrong
from tests.docs.markdown import ROOT, scripts_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGE = ROOT / "docs/how-to/frameworks.md"
STARTS = {
    "vue": """
        import { createApp } from "vue";
        import WorkflowForm from "./vue/WorkflowForm.vue";
        createApp(WorkflowForm, { name: "auth/login" }).mount("#app");
    """,
    "react": """
        import { StrictMode } from "react";
        import { createRoot } from "react-dom/client";
        import { WorkflowForm } from "./react/WorkflowForm.jsx";
        const root = createRoot(document.getElementById("app"));
        root.render(<StrictMode><WorkflowForm name="auth/login" /></StrictMode>);
    """,
    "react-schema": """
        import { createRoot } from "react-dom/client";
        import { SchemaForm } from "./react/SchemaForm.jsx";
        createRoot(document.getElementById("app")).render(<SchemaForm name="demo/fields" />);
    """,
    "kept": """
        import { useEffect } from "react";
        import { createRoot } from "react-dom/client";
        import { useWorkflow } from "./react/useWorkflow.js";
        function App() {
          const { client, view } = useWorkflow({ name: "auth/login", token: history.state });
          useEffect(() => { if (client) history.replaceState(client.token, ""); }, [view]);
          window.client = client;
          return <h1>{view?.title}</h1>;
        }
        createRoot(document.getElementById("app")).render(<App />);
    """,
    "fetch": """
        import { walk } from "./fetch/walk.js";
        const place = document.getElementById("app");
        const ask = ({ view, errors }) => new Promise((answer) => {
          window.answer = answer;
          place.textContent = JSON.stringify([view.step, errors]);
        });
        walk("auth/login", ask).then((end) => place.textContent = JSON.stringify(end));
    """,
}
KEPT = """async () => {
  while (history.state.revision !== client.token.revision) await new Promise(requestAnimationFrame);
}"""
"""Waits for React, which keeps the token a moment after it has drawn the page."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the scripts of the page into files, and beside them what starts them."""
    folder = tmp_path_factory.mktemp("samples").resolve()
    for name, text in scripts_of(PAGE).items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for name, text in STARTS.items():
        (folder / f"{name}.jsx").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def apps(folder: Path, bundle: Bundle) -> dict[str, App]:
    """Bundle each app."""
    return bundle(*(folder / f"{name}.jsx" for name in STARTS))


def test_every_script_of_the_page_runs(apps: dict[str, App], folder: Path) -> None:
    """There is none that no app imports."""
    samples = {folder / name for name in scripts_of(PAGE)}
    assert samples - {source for app in apps.values() for source in app.sources} == set()


@pytest.mark.parametrize("name", ["vue/useWorkflow.js", "react/useWorkflow.js"])
def test_a_wrapper_is_short(name: str) -> None:
    """It is less than forty lines."""
    assert len(scripts_of(PAGE)[name].splitlines()) < 40


@pytest.mark.parametrize("name", ["vue", "react"])
def test_a_component_signs_in(name: str, apps: dict[str, App], open_app: Open, complaints: list[str]) -> None:
    """Wrong password, wrong code, another code, the right one; the token is in no script's reach."""
    page = open_app(apps[name])
    answer(page, "bob", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("Please enter a correct username and password.")
    expect(page.get_by_label("Username")).to_have_value("bob")
    answer(page, "bob")
    send_code(page, wrong(codes(page)[-1]))
    code = page.get_by_label("Code")
    expect(code).to_have_accessible_description("Invalid code")
    code.fill("1")
    expect(code).to_have_accessible_description("")
    press(page, "Resend to bob@example.com")
    expect(page.get_by_role("status")).to_have_text("A new code is on its way.")
    send_code(page, codes(page)[-1])
    expect(page.get_by_role("status")).to_have_text("Done.")
    assert complaints == []
    assert "wftoken" not in page.evaluate("document.cookie")
    page.goto("/")
    expect(signed_in(page)).to_have_text("bob")


@pytest.mark.parametrize("name", ["vue", "react"])
def test_a_component_recovers(name: str, apps: dict[str, App], open_app: Open) -> None:
    """From an answer that is none by the same request, from a token that is gone by a new start."""
    page = open_app(apps[name])
    type_password(page, "bob")
    page.route("**/wf/", lambda route: route.fulfill(status=500, body=""), times=1)
    press(page, "Continue")
    expect(page.get_by_role("alert")).to_contain_text("The server sent an answer that cannot be read.")
    press(page, "Try again")
    expect(page.get_by_role("heading", level=1)).to_have_text("Enter the code sent to bob@example.com")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.context.clear_cookies(name=re.compile("wftoken"))
    send_code(page, "123456")
    expect(page.get_by_role("alert")).to_contain_text("Please start again.")
    press(page, "Start again")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_reload_goes_on(apps: dict[str, App], open_app: Open) -> None:
    """With the token that was kept in the history, which names a cookie."""
    page = open_app(apps["kept"])
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Sign in")
    page.evaluate("data => void client.submit(data)", {"username": "bob", "password": PASSWORDS["bob"]})
    expect(heading).to_have_text("Enter the code sent to bob@example.com")
    page.evaluate(KEPT)
    assert page.evaluate("Object.keys(history.state)") == ["flow", "revision"]
    page.reload()
    expect(heading).to_have_text("Enter the code sent to bob@example.com")


def test_a_schema_form_draws_every_field(apps: dict[str, App], open_app: Open, complaints: list[str]) -> None:
    """A mistake that the server finds stands at its field; on the next page fields depend on others."""
    page = open_app(apps["react-schema"], script_src="'unsafe-eval'")
    page.get_by_label("Name*", exact=True).fill("Ann")
    page.get_by_label("E-mail address*").fill("ann@example.com")
    page.get_by_label("Order number").fill("A")
    page.get_by_label("Medium").first.check()
    page.get_by_label("I have read all of this").check()
    press(page, "Continue")
    expect(page.get_by_label("Order number")).to_have_accessible_description(re.compile("Enter a valid value"))
    expect(page.get_by_label("E-mail address*")).to_have_value("ann@example.com")
    page.get_by_label("Order number").fill("AB-1234")
    press(page, "Continue")
    page.get_by_label("Country").select_option(label="Switzerland")
    page.get_by_label("Canton").select_option(label="Ticino")
    page.get_by_label("Customs number").fill("123456789")
    page.get_by_label("It is a gift").check()
    expect(page.get_by_label("Greeting")).to_have_value("All the best!")
    press(page, "Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rows of fields")
    assert complaints == []


def test_plain_fetch_signs_in(apps: dict[str, App], open_app: Open, complaints: list[str]) -> None:
    """The walk asks for the code once more after a wrong one, and gives the answer that ended it."""
    page = open_app(apps["fetch"])
    shown = page.locator("#app")

    def ask(step: str, errors: dict[str, str]) -> None:
        expect(shown).to_have_text(json.dumps([step, errors], separators=(",", ":")))

    ask("credentials", {})
    page.evaluate("answer", {"username": "bob", "password": PASSWORDS["bob"]})
    ask("verify", {})
    code = mailed_code(page, "bob@example.com")
    page.evaluate("answer", {"code": wrong(code)})
    ask("verify", {"code": "Invalid code"})
    page.evaluate("answer", {"code": code})
    expect(shown).to_have_text('{"status":"finished","finished":true,"data":{"email":"bob@example.com"}}')
    assert complaints == []
    page.goto("/")
    expect(signed_in(page)).to_have_text("bob")
