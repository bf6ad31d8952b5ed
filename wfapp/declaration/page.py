"""What describes the page of a form: ``class Page`` inside it, or keywords of ``@step``, which win."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

from django.utils.functional import Promise

from wfapp.declaration.files import Files, check_files
from wfapp.declaration.options import check_label, check_text, names
from wfapp.declaration.texts import Text
from wfapp.errors import DeclarationError

__all__ = ["PAGE_OPTIONS", "TEXTS", "PageOptions", "Text", "options_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOptions:
    """Hold what describes a page."""

    passes: tuple[str, ...] = ()
    """The whitelist: names of context keys that reach the client."""

    reveals: tuple[str, ...] = ()
    """Names of secret context keys that this page shows, an explicit exception."""

    title: Text = ""
    """The heading; like the other texts a template, a callable, or the name of a method of the workflow."""

    description: Text = ""
    """A paragraph below the heading."""

    submit: Text = ""
    """The text of the submit button."""

    label: str | Promise = ""
    """What other pages call this one, in the progress and among the answers; its title where that is fixed."""

    files: Files | None = None
    """Limits of the files that the page takes; the site's where this is None."""

    static: bool = False
    """Whether the payload depends on nothing but the form's class and the language, and may be remembered."""

    def overlaid(self, given: Mapping[str, Any]) -> PageOptions:
        """Give these options with the keywords of a step laid over them."""
        return replace(self, **{name: value for name, value in given.items() if name in PAGE_OPTIONS})


PAGE_OPTIONS = tuple(field.name for field in fields(PageOptions))
TEXTS = ("title", "description", "submit")
_LISTS = ("passes", "reveals")


@cache
def options_of(form: type[Any] | None) -> PageOptions:
    """Collect ``class Page`` along a form's bases, as Django's ``Media`` does.

    Lists accumulate, texts override, ``extend = False`` starts anew. Raises DeclarationError for an unknown option.
    """
    options = PageOptions()
    for base in reversed(form.__mro__) if form is not None else ():
        page = vars(base).get("Page")
        if page is None:
            continue
        own = {name: getattr(page, name) for name in dir(page) if not name.startswith("__")}
        if not own.pop("extend", True):
            options = PageOptions()
        owner = f"{base.__qualname__}.Page"
        for name, value in own.items():
            if name not in PAGE_OPTIONS:
                raise DeclarationError(
                    f"{owner}: unknown option {name!r}; legal are extend, {', '.join(PAGE_OPTIONS)}."
                )
            if name in TEXTS:
                check_text(f"{owner}: {name}", value)
            if name == "label":
                check_label(f"{owner}: label", value)
            if name == "files":
                check_files(f"{owner}: files", value)
            if name in _LISTS:
                own[name] = tuple(dict.fromkeys((*getattr(options, name), *names(owner, name, value))))
        options = replace(options, **own)
    return options
