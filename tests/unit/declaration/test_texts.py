"""Texts of a page: plain, a small template, or a callable."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from django.template import TemplateSyntaxError
from django.utils.functional import lazy
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext_lazy, override

from wfapp.declaration.texts import TAGS, compile_text, is_template, plain_text, render_text
from wfapp.errors import WrongOutcome

PLANTED = "planted-b7f1"


def draw(text: Any, passed: Mapping[str, Any] | None = None, data: Mapping[str, Any] | None = None) -> str:
    """Draw a text with what was passed and what was typed."""
    return render_text(text, passed or {}, data or {})


def in_each(**by_language: str) -> Any:
    """Return a text that has its own words in each language."""
    return lazy(lambda: by_language[get_language() or "own"], str)()


@pytest.mark.parametrize("text", ["", "Verify code", "100 % {sure}", "a\nb", "ä & <b>"])
def test_plain_text_is_drawn_as_it_is(text: str) -> None:
    """Without template syntax nothing is interpreted, stripped or escaped."""
    assert draw(text) == text


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Code sent to {{ ctx.email|default:'your email' }}", "Code sent to a@example.com"),
        ("{{ ctx.name|default:'you' }}", "you"),
        ("{{ ctx.name|default:ctx.email }}", "a@example.com"),
        ("{{ data.street }} {{ ctx.count }}", "Elm 3"),
        ("{% if ctx.count > 2 and not data.none %}many{% else %}few{% endif %}", "many"),
        ("{% for tag in ctx.tags %}{{ tag }}{% empty %}none{% endfor %}", "xy"),
        ("{% for tag in ctx.none %}{{ tag }}{% empty %}none{% endfor %}", "none"),
        ("{% with n=ctx.count %}{{ n }}{% endwith %}", "3"),
        ("{% blocktranslate with n=ctx.count %}{{ n }} rows{% endblocktranslate %}", "3 rows"),
        ("{% blocktranslate count n=ctx.count %}one{% plural %}{{ n }} rows{% endblocktranslate %}", "3 rows"),
        ("{% firstof ctx.none data.street 'x' %}", "Elm"),
        ("{{ ctx.site.host }}, {{ ctx.tags.1 }}", "h, y"),
        ("{# a comment #}Hello", "Hello"),
        ("{% translate 'Hello' %}", "Hello"),
        ("{% verbatim %}{{ ctx.email }}{% endverbatim %}", "{{ ctx.email }}"),
    ],
)
def test_templates_see_what_is_passed_and_typed(text: str, drawn: str) -> None:
    """A text is a small Django template over ``ctx`` and ``data``."""
    passed = {"email": "a@example.com", "count": 3, "tags": ["x", "y"], "site": {"host": "h"}}
    assert draw(text, passed, {"street": "Elm"}) == drawn


def test_nothing_is_escaped() -> None:
    """The result is plain text: HTML templates escape it, JSON carries it as it is."""
    assert draw("<i> & {{ ctx.name }} {{ data.name }}", {"name": "<b>"}, {"name": "'"}) == "<i> & <b> '"


@pytest.mark.parametrize(
    "text",
    [
        mark_safe("<b>"),
        mark_safe("{{ ctx.bold }}"),
        lazy(mark_safe, str)("<b>"),
        lambda data, ctx: mark_safe("<b>"),
        lambda data, ctx: lazy(mark_safe, str)("<b>"),
        "{{ ctx.safe }}",
    ],
)
def test_result_makes_no_claim_to_be_safe(text: Any) -> None:
    """Whatever a text is made of, templates escape it."""
    drawn = draw(text, {"bold": "<b>", "safe": mark_safe("<b>")})
    assert drawn == "<b>"
    assert type(drawn) is str


def test_plain_text_is_exactly_a_str() -> None:
    """Lazy and safe strings lose what they are beside their characters."""
    assert [type(plain_text(text)) for text in ("a", mark_safe("a"), gettext_lazy("a"))] == [str, str, str]


@pytest.mark.parametrize("value", ["{{ ctx.other }}", "{% debug %}", "{{ data.other }}", "{# x #}"])
def test_values_are_never_templates(value: str) -> None:
    """What was typed or stored is printed, not evaluated; what a callable returns as well."""
    assert draw("{{ ctx.name }}{{ data.name }}", {"name": value, "other": "o"}, {"name": value}) == value * 2
    assert draw(lambda data, ctx: value, {"other": "o"}) == value


@pytest.mark.parametrize(
    "read",
    ["items", "keys", "values", "get", "pop", "copy", "0", "name.upper.x", "missing", "missing.deep"],
)
@pytest.mark.parametrize("root", ["ctx", "data"])
def test_names_are_keys_alone(root: str, read: str) -> None:
    """No method of the mapping is reached, and what is missing prints nothing."""
    assert draw(f"[{{{{ {root}.{read} }}}}]", {"name": PLANTED}, {"name": PLANTED}) == "[]"


@pytest.mark.parametrize(
    "text",
    [
        "{{ ctx }}{{ data }}",
        "{% for key in ctx %}{{ key }}{% endfor %}",
        "{% for key in data %}{{ key }}{% endfor %}",
        "{{ ctx|pprint }}",
        "{{ ctx|join:'' }}",
        "{{ request }}{{ settings }}{{ forloop }}{{ block }}",
    ],
)
def test_nothing_is_seen_as_a_whole(text: str) -> None:
    """A text that does not name what it reads reads nothing."""
    assert PLANTED not in draw(text, {PLANTED: PLANTED}, {PLANTED: PLANTED})


@pytest.mark.parametrize("name", ["upper", "lines", "day"])
def test_key_with_the_name_of_a_method(name: str) -> None:
    """A key is found under whatever name it has."""
    assert draw(f"{{{{ ctx.{name} }}}}", {name: 3}) == "3"


@pytest.mark.parametrize(
    "tag",
    [
        "load i18n",
        "include 'x'",
        "extends 'x'",
        "block x",
        "debug",
        "csrf_token",
        "url 'x'",
        "autoescape on",
        "filter upper",
        "regroup ctx.a by b as c",
        "lorem",
        "widthratio 1 1 1",
        "querystring",
        "get_current_language as x",
        "language 'de'",
        "partialdef x",
        "ssi 'x'",
    ],
)
def test_tags_that_reach_outside_do_not_exist(tag: str) -> None:
    """What is not on the list is no tag."""
    name = tag.split(maxsplit=1)[0]
    with pytest.raises(TemplateSyntaxError, match=f"^Invalid block tag on line 1: '{name}'"):
        compile_text(f"{{% {tag} %}}")


def test_every_listed_tag_exists() -> None:
    """The list names tags that Django has."""
    compile_text("{% now 'Y' %}{% templatetag openblock %}{% comment %}{% endcomment %}")
    assert tuple(sorted(TAGS)) == TAGS


def test_text_follows_the_language() -> None:
    """A lazy text is a template of its own in each language."""
    text = in_each(own="{{ ctx.a }}", de="{{ ctx.a }} auf Deutsch", fr="en {{ ctx.a }}")
    with override("de"):
        assert draw(text, {"a": "A"}) == "A auf Deutsch"
    with override("fr"):
        assert draw(text, {"a": "A"}) == "en A"


def test_template_is_compiled_once() -> None:
    """A page that is drawn often costs one compilation."""
    assert compile_text("{{ ctx.once }}") is compile_text("{{ ctx.once }}")


def test_callable_gets_data_and_passed_context() -> None:
    """A callable sees what a template sees."""
    assert draw(lambda data, ctx: f"{data['street']} {ctx['count']}", {"count": 3}, {"street": "Elm"}) == "Elm 3"


def test_callable_that_returns_no_text() -> None:
    """A forgotten return is no title."""
    with pytest.raises(WrongOutcome) as caught:
        draw(lambda data, ctx: None)
    assert str(caught.value) == "A text's callable returned NoneType; it must return a str."


TYPED = "{% blocktranslate count n=data.qty|default:0 %}one{% plural %}{{ n }} rows{% endblocktranslate %}"


@pytest.mark.parametrize("text", [TYPED, lambda data, ctx: f"{int(data.get('qty', 0))} rows"])
def test_what_was_typed_breaks_no_text(text: Any, caplog: pytest.LogCaptureFixture) -> None:
    """A client can type anything: the text is drawn as before, and the log names no value."""
    with caplog.at_level(logging.INFO):
        assert draw(text, {}, {"qty": PLANTED}) == "0 rows"
    assert [message.split(" ")[3] for message in caplog.messages] in (["TemplateSyntaxError"], ["ValueError"])
    assert PLANTED not in caplog.text


def test_text_that_is_wrong_by_itself_raises() -> None:
    """An author's mistake is not hidden."""
    with pytest.raises(KeyError):
        draw(lambda data, ctx: ctx["missing"], {}, {"qty": 1})


def test_no_value_reaches_the_debug_log(caplog: pytest.LogCaptureFixture) -> None:
    """Django's template logger writes what it could not look a name up in: nothing is in there."""
    with caplog.at_level(logging.DEBUG, logger="django.template"):
        draw("{{ missing }}{{ ctx.a.b.c }}", {"x": PLANTED}, {"y": PLANTED})
    assert "missing" in caplog.text
    assert PLANTED not in caplog.text


@pytest.mark.parametrize(
    ("source", "found"), [("{{ a }}", True), ("{% if a %}", True), ("{# a #}", True), ("{a}", False)]
)
def test_template_syntax_is_recognised(source: str, found: bool) -> None:
    """Only what holds template syntax is compiled."""
    assert is_template(source) is found


def test_import_needs_no_settings() -> None:
    """A declaration is imported before Django knows its settings."""
    code = "from wfapp.declaration import text_names, texts, values; texts.compile_text('{{ ctx.a }}')"
    environment = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
    subprocess.run([sys.executable, "-W", "error", "-c", code], env=environment, check=True)
