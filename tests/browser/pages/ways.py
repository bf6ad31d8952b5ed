"""The ways in which the demo draws a recipe: pages, the same pages with smooth rounds, and ``<wf-form>``."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.walks import press

__all__ = ["PAGES", "SMOOTH", "WAYS", "Way"]


@dataclass(frozen=True)
class Way:
    """Know where the pages of one way stand, and what differs on them."""

    name: str
    prefix: str = ""
    is_drawn: bool = False
    """Whether the element draws the pages: then they have no start of their own, and no address."""

    is_smooth: bool = False
    """Whether a page is drawn anew by itself when what it depends on changes."""

    def path(self, recipe: str) -> str:
        """Give the address of a recipe."""
        return f"{self.prefix}/{recipe}/"

    def open(self, page: Page, recipe: str) -> None:
        """Open a recipe, and wait until it can be used."""
        page.goto(self.path(recipe))
        self.wait(page)

    def begin(self, page: Page, recipe: str) -> None:
        """Open a recipe whose pages have a start of their own, and go on from there."""
        self.open(page, recipe)
        if not self.is_drawn:
            press(page, "Start")

    def land(self, page: Page, link: str, *, is_spent: bool = False) -> None:
        """Open the link of a mail or of another device; an element is given its token by the page that it stands on."""
        recipe = urlsplit(link).path.strip("/")
        if not self.is_drawn:
            page.goto(self.prefix + link)
            if not is_spent:
                self.wait(page)
            return
        [token] = parse_qs(urlsplit(link).query)["wfs"]
        self.open(page, recipe)
        page.locator("wf-form").evaluate("(element, token) => element.setAttribute('token', token)", token)

    def wait(self, page: Page) -> None:
        """Wait until the element has drawn a page, or taken it over."""
        form = page.locator(".wf-form")
        expect(form).to_be_visible()
        if self.is_smooth and not self.is_drawn:
            expect(form).to_have_js_property("noValidate", True)


PAGES = Way("pages")
SMOOTH = Way("smooth", "/smooth", is_smooth=True)
WAYS = (
    PAGES,
    SMOOTH,
    Way("element", "/element", is_drawn=True, is_smooth=True),
)
