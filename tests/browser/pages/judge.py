"""Whether everyone can use a page: in light and dark, on a small screen and on a large one."""

from __future__ import annotations

from itertools import product
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page

__all__ = ["Judge"]

SCHEMES: tuple[Any, ...] = ("light", "dark")
WIDTHS = (1280, 320)
"""In pixels; 320 is what WCAG 2.2 (1.4.10) asks for."""

JUDGED = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = """async ([tags, within]) => {
  for (const transition of document.getAnimations()) transition.finish(); // from one theme's colours to the other's
  // While a round is on, the heading is as inert as the form that it stands in.
  const rules = {"page-has-heading-one": {enabled: !document.querySelector("[inert]")}};
  const options = {runOnly: tags, preload: false, rules};
  const { violations } = await axe.run(within ? {include: within} : document, options);
  return violations.flatMap(fault => fault.nodes.map(node => `${fault.id}: ${node.target} ${node.failureSummary}`));
}"""

FITS = """within => {
  const parts = within ? within.flatMap(one => [...document.querySelectorAll(one)]) : [document.documentElement];
  const isWide = part => part.getBoundingClientRect().left + part.scrollWidth > innerWidth + 1;
  const wide = parts.filter(part => isWide(part) && !part.closest(".results")); // the admin scrolls its lists
  const isCut = element => {
    const { overflowX, overflowY } = getComputedStyle(element);
    const cuts = [overflowX, overflowY].some(value => ["hidden", "clip"].includes(value));
    const isLarger = element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
    return cuts && isLarger && !element.closest(".wf-hidden");
  };
  const cut = [...document.querySelectorAll("main *:not(input, textarea, select, progress)")].filter(isCut);
  const tell = word => element => `${word}: ${element.outerHTML.slice(0, 200)}`;
  return [...wide.map(tell("too wide")), ...(within ? [] : cut.map(tell("cut")))];
}"""
"""What is wider than the screen, and text of which a box shows only a part."""

FOCUS = """within => {
  const silence = event => event.stopImmediatePropagation();
  const types = ["focus", "blur", "focusin", "focusout", "change"];
  for (const type of types) addEventListener(type, silence, true);
  const before = document.activeElement;
  const parts = within ? within.flatMap(one => [...document.querySelectorAll(one)]) : [document];
  const reached = "a[href], button, input, select, textarea, summary, [tabindex='0']";
  const unseen = [];
  for (const element of parts.flatMap(part => [...part.querySelectorAll(reached)])) {
    element.focus();
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const isSeen = outlineStyle !== "none" && outlineWidth !== "0px";
    if (document.activeElement === element && element.tabIndex >= 0 && !isSeen) unseen.push(element);
  }
  document.activeElement.blur();
  before.focus();
  for (const type of types) removeEventListener(type, silence, true);
  return unseen.map(element => `focus cannot be seen: ${element.outerHTML.slice(0, 200)}`);
}"""
"""Which elements the keyboard reaches without a mark; the page hears nothing of it."""

STEP = "document.querySelector('wf-form')?.view?.step"
"""The step of the page, where an element has drawn it or taken it over."""


class Judge:
    """Look at pages, and keep what is wrong with them: the page, the theme and width, the rule, the element."""

    def __init__(self, axe: str) -> None:
        self.found: list[str] = []
        self.steps: set[str] = set()
        """Whose pages an element has drawn or taken over: recipes and their steps."""

        self._axe = axe

    def look(self, page: Page, name: str, within: list[str] | None = None) -> None:
        """Look at the page that is open now, or only at the parts of it that these selectors find."""
        if step := page.evaluate(STEP):
            self.steps.add(f"{urlsplit(page.url).path.split('/')[-2]} {step}")
        page.evaluate(self._axe)
        page.keyboard.press("Shift")  # a focus is marked for those who use the keyboard
        self._note(name, page.evaluate(FOCUS, within))
        for scheme, width in product(SCHEMES, WIDTHS):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size({"width": width, "height": 800})
            place = f"{name}, {scheme}, {width}"
            self._note(place, page.evaluate(FITS, within))
            self._note(place, page.evaluate(AXE, [JUDGED, within]))

    def _note(self, place: str, faults: list[str]) -> None:
        self.found.extend(f"{place}: {fault}" for fault in faults)
