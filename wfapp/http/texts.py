"""The words of ``<wf-form>``, translated: what its ``texts`` attribute holds."""

from __future__ import annotations

import json
import re
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext

__all__ = ["element_texts", "texts_attribute"]

TEXTS = {
    "loading": _("Loading…"),
    "progress": _("Progress"),
    "done": _("done"),
    "problems": _("There is a problem"),
    "error": _("Error:"),
    "warning": _("Warning:"),
    "change": _("Change"),
    "changed": _("The page has changed."),
    "submit": _("Continue"),
    "spent": _("You cannot ask for this again."),
    "again": _("You can ask again in %(duration)s."),
    "device": _("Continue on another device"),
    "scan": _("Scan this code with the other device, or open this address there, before %(time)s. It works once:"),
    "address": _("Open this address there before %(time)s. It works once:"),
    "entry": _("Entry %(number)s"),
    "add": _("Add another"),
    "remove": _("Remove"),
    "show": _("Show"),
    "hide": _("Hide"),
    "copy": _("Copy"),
    "copied": _("Copied"),
    "qr": _("QR code"),
    "asText": _("Show as text"),
    "start": _("Start"),
    "landing": _("This link works only once. Continue here if this is the browser that you want to go on in."),
    "mailed": _("We have sent an e-mail with a link. This goes on once the link is opened; you can close this page."),
    "sent": _("We have sent a link. This goes on once it is opened; you can close this page."),
    "waiting": _("Someone else has to act before this can go on. You can close this page and come back later."),
    "check": _("Check again"),
    "pending": _("Please wait…"),
    "fault": _("This did not work"),
    "expired": _("This page has expired"),
    "later": _("Try again in %(duration)s."),
    "retry": _("Try again"),
    "restart": _("Start again"),
    "finished": _("Done"),
    "cancelled": _("Cancelled"),
    "aborted": _("This could not be completed"),
    "onward": _("This page goes on by itself after %(duration)s."),
    "now": _("Go now"),
    "stay": _("Stay here"),
    # what the clients say of a request that got no answer, or none that they can read
    "network": _("The server could not be reached. Check your connection and try again."),
    "answer": _("The server sent an answer that cannot be read. Please try again later."),
}
"""The texts by the keys of ``static/wfapp/form/texts.js`` and ``static/wfapp/client.js``."""

# One number of each category that a language may have (Unicode CLDR, plural rules); "other" is every large one.
_CATEGORIES = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}
_PLACE = re.compile(r"%\((\w+)\)[ds]")


def element_texts() -> dict[str, Any]:
    """Give the words of the element in the language of now, by key: texts with ``{places}``.

    A text that counts is an object by plural category, as JavaScript's ``Intl.PluralRules`` names them, where the
    categories differ.
    """
    texts: dict[str, Any] = {key: _with_places(translation.gettext(text)) for key, text in TEXTS.items()}
    return texts | {"left": _left()}


def texts_attribute() -> str:
    """Give what the ``texts`` attribute holds, as JSON: the words that differ from the element's own, or nothing."""
    own = {key: _with_places(text) for key, text in TEXTS.items()} | {"left": "{count} left."}
    texts = {key: text for key, text in element_texts().items() if text != own[key]}
    return json.dumps(texts, ensure_ascii=False) if texts else ""


def _left() -> Any:
    forms = {
        category: _with_places(ngettext("%(count)d left.", "%(count)d left.", number))
        for category, number in _CATEGORIES.items()
    }
    different = {category: text for category, text in forms.items() if text != forms["other"]}
    return different | {"other": forms["other"]} if different else forms["other"]


def _with_places(text: str) -> str:
    return _PLACE.sub(r"{\1}", text)
