"""Texts of a page: plain, a small Django template, or a callable."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from django.template import Context, Engine, Library, Template, TemplateSyntaxError, defaultfilters, defaulttags
from django.templatetags import i18n, l10n
from django.utils.functional import Promise

from wfapp.errors import WrongOutcome

__all__ = ["TAGS", "Names", "Text", "compile_text", "is_template", "plain_text", "render_text"]

Text: TypeAlias = str | Promise | Callable[[Mapping[str, Any], Mapping[str, Any]], str | Promise]
"""A string, a lazy translation of one, or a callable ``(data, ctx)``; the first two may be templates."""

TAGS = (
    *("blocktrans", "blocktranslate", "comment", "cycle", "firstof", "for", "if", "ifchanged"),
    *("now", "templatetag", "trans", "translate", "verbatim", "with"),
)
"""The tags of a text. None of them loads, includes, looks up a URL or prints more than the text names."""

logger = logging.getLogger("wfapp.texts")


class Names:
    """Show values to a template by name and nothing else: no method, no length, no items; what is missing is empty."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> Any:
        value = self._values.get(name)
        return "" if value is None else value

    def __iter__(self) -> Iterator[Any]:
        # Without it Python would iterate by __getitem__(0), (1), (2), and never end.
        return iter(())

    def __str__(self) -> str:
        return ""

    def __repr__(self) -> str:
        # Django's template logger writes the repr of what it could not look a name up in.
        return "<names>"


def _engine() -> Engine:
    # The result is plain text: HTML templates escape it, JSON carries it as it is. Escaping here would do it twice.
    engine = Engine(autoescape=False, loaders=[])
    library = Library()
    tags = {**defaulttags.register.tags, **i18n.register.tags}
    library.tags = {name: tags[name] for name in TAGS}
    library.filters = {**defaultfilters.register.filters, **l10n.register.filters}
    engine.template_builtins = [library]
    return engine


_texts = _engine()


def plain_text(value: str | Promise) -> str:
    """Return exactly a ``str``: a lazy string under the active language, a safe string without its claim to be safe."""
    return str.__str__(str(value))


def is_template(source: str) -> bool:
    """Tell whether a string holds template syntax."""
    return "{{" in source or "{%" in source or "{#" in source


@lru_cache(maxsize=1024)
def compile_text(source: str) -> Template:
    """Compile a text; raise ``TemplateSyntaxError`` for what is none, a tag that is not among ``TAGS`` included."""
    try:
        return Template(source, engine=_texts)
    except TemplateSyntaxError:
        raise
    except Exception as error:  # Django's parser breaks on some faults: StopIteration on {% firstof _("a")|upper %}
        raise TemplateSyntaxError(f"Django cannot parse it ({type(error).__name__}).") from error


def render_text(text: Text, passed: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """Return a text as plain text; as a template it sees ``ctx`` (the passed context) and ``data`` (what was typed).

    What it raises because of what was typed is logged by name, and the text is drawn as if nothing was typed: a client
    can type anything, and must not get a 500 for it.
    """
    try:
        return _render(text, passed, data)
    except Exception as error:
        if not data:
            raise
        logger.error("A text raised %s on what was typed", type(error).__name__)
    return _render(text, passed, {})


def _render(text: Text, passed: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    if not isinstance(text, (str, Promise)):
        made = text(data, passed)
        if not isinstance(made, (str, Promise)):
            raise WrongOutcome(f"A text's callable returned {type(made).__name__}; it must return a str.")
        return plain_text(made)
    source = plain_text(text)
    if not is_template(source):
        return source
    names = {"ctx": Names(passed), "data": Names(data)}
    return plain_text(compile_text(source).render(Context(names, autoescape=False)))
