"""Requests and answers of the endpoint, as a page shows them: an ellipsis stands for what differs each time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from django.test import Client

from tests.docs.markdown import Sample

__all__ = ["Exchange", "alike", "differences"]

ANYTHING = "…"
ENDPOINT = "/wf/"
JSON = "application/json"


class Exchange:
    """Send what a page shows as a request, and hold the answer against what it shows next."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.response: Any = None
        self.stand_ins: dict[str, str] = {}
        """What a page shows in place of what nobody can know before."""

        self._seen: list[tuple[str, str]] = []

    def curl(self, arguments: list[str]) -> None:
        """Send what a ``curl`` command would."""
        address, headers, body = "", {}, ""
        words = iter(arguments)
        for word in words:
            match word:
                case "-s":
                    continue
                case "-H":
                    name, _colon, value = next(words).partition(": ")
                    headers[name] = value
                case "-d":
                    body = next(words)
                case _ if word.startswith("http://"):
                    address = "/" + word.removeprefix("http://").partition("/")[2]
                case _:
                    raise AssertionError(f"curl {word}: nothing is known of this option.")
        assert address == ENDPOINT, f"{address} is not the endpoint."
        self._send(headers, body)

    def follow(self, sample: Sample) -> None:
        """Send a request, or compare an answer: what has a status or an error is one."""
        if sample.language == "http":
            head, _blank, body = sample.text.partition("\n\n")
            first, *lines = head.splitlines()
            headers = dict(line.split(": ", 1) for line in lines)
            if first == f"POST {ENDPOINT} HTTP/1.1":
                self._send(headers, body)
                return
            assert first.startswith("HTTP/1.1 "), f"{sample}: neither a POST nor an answer."
            self._compare(sample, int(first.split()[1]), headers, json.loads(body))
            return
        value = json.loads(sample.text)
        if {"status", "error"}.isdisjoint(value):
            self._send({"Content-Type": JSON}, sample.text)
        else:
            self._compare(sample, 200, {}, value)

    def post(self, body: Any, headers: Mapping[str, str] | None = None) -> None:
        """Send JSON and keep the answer."""
        self.response = self.client.post(ENDPOINT, json.dumps(body), content_type=JSON, headers=headers)
        self._seen += _texts(self.response.json())

    def _send(self, headers: dict[str, str], body: str) -> None:
        assert headers.pop("Content-Type") == JSON
        if headers.get("X-CSRFToken") == ANYTHING:
            headers["X-CSRFToken"] = self.client.cookies["csrftoken"].value
        self.post(self._filled(json.loads(body)), headers)

    def _compare(self, sample: Sample, status: int, headers: dict[str, str], shown: Any) -> None:
        found = self.response.json()
        assert self.response.status_code == status, f"{sample}: the status is {self.response.status_code}."
        for name, value in headers.items():
            assert alike(value, self.response.headers.get(name)), f"{sample}: {name} is {self.response.headers}."
        found_differences = list(differences(shown, found))
        assert not found_differences, f"{sample}: {found_differences}"

    def _filled(self, value: Any, key: str = "") -> Any:
        """Put what was answered last under the same key in the place of each ellipsis."""
        if isinstance(value, dict):
            return {name: self._filled(item, name) for name, item in value.items()}
        if isinstance(value, str) and value in self.stand_ins:
            return self.stand_ins[value]
        if isinstance(value, str) and ANYTHING in value:
            return next(text for name, text in reversed(self._seen) if name == key and alike(value, text))
        return value


def alike(shown: Any, found: Any) -> bool:
    """Tell whether a value is what a page shows."""
    return next(differences(shown, found), None) is None


def differences(shown: Any, found: Any, where: str = "") -> Iterator[str]:
    """Say where a value is not what a page shows: there an ellipsis is any value, or any part of a text."""
    if shown == ANYTHING:
        return
    if isinstance(shown, dict) and isinstance(found, dict) and shown.keys() == found.keys():
        for key, value in shown.items():
            yield from differences(value, found[key], f"{where}.{key}")
    elif isinstance(shown, list) and isinstance(found, list) and len(shown) == len(found):
        for index, value in enumerate(shown):
            yield from differences(value, found[index], f"{where}.{index}")
    elif not _same(shown, found):
        yield f"{where}: shown is {shown!r}, found {found!r}"


def _same(shown: Any, found: Any) -> bool:
    if isinstance(shown, str) and isinstance(found, str):
        return re.fullmatch(".*".join(map(re.escape, shown.split(ANYTHING))), found, re.DOTALL) is not None
    return type(shown) is type(found) and bool(shown == found)


def _texts(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Walk over the texts in an answer, each with its key."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, name)
