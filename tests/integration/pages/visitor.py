"""A browser without JavaScript: it keeps cookies, reads forms and posts them, and checks CSRF as a site does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client

__all__ = ["Sheet", "Visitor"]


@dataclass
class Sheet:
    """Hold what one page showed: it can be posted now, or again later from another tab."""

    status: int
    text: str
    address: str
    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    headers: Any = None

    @property
    def title(self) -> str:
        """Give the document's title."""
        return self._first(r"<title>(.*?)</title>")

    @property
    def heading(self) -> str:
        """Give the heading."""
        return self._first(r"<h1[^>]*>(.*?)</h1>")

    @property
    def messages(self) -> list[str]:
        """List the texts of the messages."""
        paragraphs = re.findall(r'<p class="wf-message[^>]*>(.*?)</p>', self.text, re.DOTALL)
        return [re.sub(r"<strong.*?</strong>", "", text).strip() for text in paragraphs]

    @property
    def problems(self) -> list[str]:
        """List the entries of the error summary."""
        summary = re.search(r'<div class="wf-problems".*?</ul>', self.text, re.DOTALL)
        return re.findall(r"<li>(?:<a[^>]*>)?(.*?)(?:</a>)?</li>", summary[0]) if summary else []

    def link(self, text: str) -> str:
        """Give the address that the link of this text leads to."""
        return self._first(rf'<a [^>]*href="([^"]*)"[^>]*>{text}</a>')

    def _first(self, pattern: str) -> str:
        match = re.search(pattern, self.text, re.DOTALL)
        return match[1].strip().replace("&amp;", "&") if match else ""


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given["action"]
        elif tag == "input" and given.get("type") not in {"checkbox", "radio"} and "name" in given:
            self.fields[given["name"]] = given.get("value", "")


class Visitor:
    """Walk through pages as a person does."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)

    def open(self, address: str, **headers: str) -> Sheet:
        """Ask for a page and follow where it leads."""
        return self._read(self.client.get(address, headers=headers), address, headers)

    def send(self, sheet: Sheet, button: str = "", **values: str) -> HttpResponse:
        """Post a page and look at the answer itself."""
        return self._post(sheet, button, {}, values)

    def submit(self, sheet: Sheet, button: str = "", **values: str) -> Sheet:
        """Post a page and follow where that leads."""
        return self._read(self._post(sheet, button, {}, values), sheet.action, {})

    def submit_with(self, headers: dict[str, str], sheet: Sheet, button: str = "", **values: str) -> Sheet:
        """Post a page with headers and follow where that leads, with the same headers."""
        return self._read(self._post(sheet, button, headers, values), sheet.action, headers)

    def _post(self, sheet: Sheet, button: str, headers: dict[str, str], values: dict[str, str]) -> Any:
        data = sheet.fields | values | ({"wf_action": button} if button else {})
        return self.client.post(sheet.action, data, headers=headers)

    def _read(self, response: Any, address: str, headers: dict[str, str]) -> Sheet:
        while response.status_code in {302, 303}:
            address = response.headers["Location"]
            response = self.client.get(address, headers=headers)
        reader = _FormReader()
        text = response.content.decode()
        reader.feed(text)
        return Sheet(response.status_code, text, address, reader.action, reader.fields, response.headers)
