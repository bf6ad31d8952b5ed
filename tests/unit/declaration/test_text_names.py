"""What a text reads, found by parsing it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest
from django.template import Node, NodeList
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext_lazy, override
from hypothesis import example, given
from hypothesis import strategies as st

from wfapp.declaration import text_names
from wfapp.declaration.text_names import reads_data, unpassed_names
from wfapp.declaration.texts import TAGS, render_text

PASSED = ("email", "items", "count")


def problems(text: Any, passed: tuple[str, ...] = PASSED, languages: tuple[str, ...] = ("en", "de")) -> list[str]:
    """Return what is wrong with a text."""
    return unpassed_names(text, passed, languages)


def in_each(**by_language: str) -> Any:
    """Return a text that has its own words in each language, and in none."""
    return lazy(lambda: by_language[get_language() or "own"], str)()


def unpassed(name: str) -> str:
    """Return the sentence about a key that is not passed."""
    key = name.split(".")[1]
    return f'The text reads "{name}", and "{key}" is not passed; the passed keys: email, items, count.'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Plain {text} 100 %",
        "{{ ctx.email|default:'your email' }}",
        "{{ ctx.email|default:ctx.count|add:2 }}",
        "{{ data.anything.deep }}",
        "{{ ctx.items.0.name }}",
        "{% if ctx.count > 2 and ctx.email or not data.x %}a{% elif ctx.items %}b{% else %}c{% endif %}",
        "{% if ctx.email is None or ctx.count == True %}a{% endif %}",
        "{% if data.a in ctx.items and 'x' not in ctx.email %}a{% endif %}",
        "{% for item in ctx.items %}{{ item.name }}{{ forloop.counter }}{% empty %}{{ ctx.email }}{% endfor %}",
        "{% for key, value in ctx.items reversed %}{{ key }}{{ value }}{% endfor %}",
        "{% with a=ctx.email b=data.b %}{{ a }}{{ b.c }}{% endwith %}",
        "{% with ctx.email as a %}{{ a }}{% endwith %}",
        "{% blocktranslate %}Hello{% endblocktranslate %}",
        "{% blocktranslate with name=ctx.email %}Hello {{ name }}{% endblocktranslate %}",
        "{% blocktranslate count n=ctx.count %}one{% plural %}{{ n }}{% endblocktranslate %}",
        "{% blocktranslate with a=ctx.count count n=a %}{{ a }}{% plural %}{{ n }}{% endblocktranslate %}",
        "{% with name=ctx.email %}{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}{% endwith %}",
        "{% blocktranslate asvar hello %}Hello{% endblocktranslate %}{{ hello }}",
        "{% firstof ctx.email data.b 'c' as first %}{{ first }}",
        "{% for item in ctx.items %}{% cycle 'odd' ctx.email as row %}{{ row }}{% cycle row %}{% endfor %}",
        "{% for item in ctx.items %}{% ifchanged item.day %}{{ item.day }}{% else %}-{% endifchanged %}{% endfor %}",
        "{% translate 'Hello' as hello %}{{ hello }}{% translate ctx.email %}{% translate 'x' context 'y' %}",
        "{% now 'Y' as year %}{{ year }}{% now 'Y' %}",
        "{% comment %}{{ ctx.nothing }}{% endcomment %}{# {{ ctx.nothing }} #}",
        "{% verbatim %}{{ ctx.nothing }}{% endverbatim %}{% templatetag openblock %}",
        "{{ 3 }}{{ 'text' }}{{ _('text') }}{{ 1.5 }}{{ None }}{{ -1 }}",
        lambda data, ctx: ctx["nothing"],
    ],
)
def test_sound_texts(text: Any) -> None:
    """A text that reads passed keys, typed fields and names of its own is right."""
    assert problems(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "{{ ctx.phone }}",
        "{{ ctx.phone.area }}",
        "{{ ctx.phone|upper }}",
        "{{ ctx.email|default:ctx.phone }}",
        "{{ 'x'|add:ctx.phone }}",
        "{{ ctx.email|default:'a'|default:ctx.phone|upper }}",
        "{% if ctx.phone %}a{% endif %}",
        "{% if not ctx.phone %}a{% endif %}",
        "{% if ctx.email and ctx.phone %}a{% endif %}",
        "{% if ctx.email or ctx.count == 1 and ctx.count != ctx.phone %}a{% endif %}",
        "{% if ctx.count < ctx.phone %}a{% endif %}",
        "{% if ctx.count is not ctx.phone %}a{% endif %}",
        "{% if 'x' not in ctx.phone %}a{% endif %}",
        "{% if ctx.email|default:ctx.phone %}a{% endif %}",
        "{% if ctx.email %}a{% elif ctx.phone %}b{% endif %}",
        "{% if ctx.email %}{{ ctx.phone }}{% endif %}",
        "{% if ctx.email %}a{% elif ctx.count %}{{ ctx.phone }}{% endif %}",
        "{% if ctx.email %}a{% else %}{{ ctx.phone }}{% endif %}",
        "{% for item in ctx.phone %}a{% endfor %}",
        "{% for item in ctx.items|default:ctx.phone %}a{% endfor %}",
        "{% for item in ctx.items %}{{ ctx.phone }}{% endfor %}",
        "{% for item in ctx.items %}a{% empty %}{{ ctx.phone }}{% endfor %}",
        "{% with a=ctx.phone %}a{% endwith %}",
        "{% with a=ctx.email b=ctx.email|default:ctx.phone %}a{% endwith %}",
        "{% with ctx.phone as a %}a{% endwith %}",
        "{% with a=ctx.email %}{{ ctx.phone }}{% endwith %}",
        "{% blocktranslate with a=ctx.phone %}{{ a }}{% endblocktranslate %}",
        "{% blocktranslate count n=ctx.phone %}a{% plural %}b{% endblocktranslate %}",
        "{% blocktranslate context ctx.phone %}a{% endblocktranslate %}",
        "{% firstof ctx.email ctx.phone 'x' %}",
        "{% cycle ctx.email ctx.phone as a %}",
        "{% ifchanged ctx.email ctx.phone %}a{% endifchanged %}",
        "{% ifchanged %}{{ ctx.phone }}{% endifchanged %}",
        "{% ifchanged ctx.email %}a{% else %}{{ ctx.phone }}{% endifchanged %}",
        "{% translate ctx.phone %}",
        "{% translate 'x' context ctx.phone %}",
        "{% trans ctx.phone as a %}",
        "{% blocktrans with a=ctx.phone %}{{ a }}{% endblocktrans %}",
        "{% if 1 %}{% for a in ctx.items %}{% with b=a %}{% firstof b ctx.phone %}{% endwith %}{% endfor %}{% endif %}",
    ],
)
def test_unpassed_key_is_found(text: str) -> None:
    """A key that the page does not pass is found wherever a template can read one."""
    name = "ctx.phone.area" if "area" in text else "ctx.phone"
    assert problems(text) == [unpassed(name)]


@pytest.mark.parametrize(
    "text",
    [
        "{{ ctx }}",
        "{{ ctx|pprint }}",
        "{% if ctx %}a{% endif %}",
        "{% if 'email' in ctx %}a{% endif %}",
        "{% for key in ctx %}{{ key }}{% endfor %}",
        "{% with all=ctx %}{{ all.phone }}{% endwith %}",
        "{% firstof ctx %}",
        "{% blocktranslate with a=ctx %}{{ a }}{% endblocktranslate %}",
        "{% blocktranslate %}{{ ctx }}{% endblocktranslate %}",
    ],
)
def test_context_as_a_whole(text: str) -> None:
    """A text must name what it reads, for nothing can be said of all."""
    assert problems(text) == ['The text reads "ctx" as a whole; it must name what it reads: "ctx.key".']


def test_data_as_a_whole() -> None:
    """What was typed is named too."""
    assert problems("{{ data }}") == ['The text reads "data" as a whole; it must name what it reads: "data.field".']


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("{{ email }}", "email"),
        ("{{ request.user }}", "request.user"),
        ("{{ forloop.counter }}", "forloop.counter"),
        ("{% with a=ctx.email %}{% endwith %}{{ a }}", "a"),
        ("{% with a=ctx.email b=a %}{% endwith %}", "a"),
        ("{% for a in ctx.items %}{% empty %}{{ a }}{% endfor %}", "a"),
        ("{% for a in ctx.items %}{% endfor %}{{ a }}", "a"),
        ("{% for a in ctx.items %}{% firstof a as b %}{% endfor %}{{ b }}", "b"),
        ("{% blocktranslate with a=ctx.email %}{% endblocktranslate %}{{ a }}", "a"),
        ("{% blocktranslate %}{{ a }}{% endblocktranslate %}", "a"),
        ("{% blocktranslate count n=ctx.count %}a{% plural %}{{ a }}{% endblocktranslate %}", "a"),
        ("{% blocktranslate count n=ctx.count with a=n %}a{% plural %}b{% endblocktranslate %}", "n"),
        ("{{ a }}{% firstof ctx.email as a %}", "a"),
        ("{{ True.real }}", "True.real"),
    ],
)
def test_names_that_nothing_gives(text: str, name: str) -> None:
    """A name is neither ``ctx`` nor ``data`` nor bound there by the text itself."""
    assert problems(text) == [f'The text reads "{name}"; a text sees "ctx.key" and "data.field" alone.']


@pytest.mark.parametrize("name", ["ctx", "data"])
@pytest.mark.parametrize(
    "text",
    [
        "{{% with {0}=data.a %}}{{{{ ctx.email }}}}{{% endwith %}}",
        "{{% for {0} in ctx.items %}}a{{% endfor %}}",
        "{{% for a, {0} in ctx.items %}}a{{% endfor %}}",
        "{{% firstof 'a' as {0} %}}",
        "{{% cycle 'a' 'b' as {0} %}}",
        "{{% now 'Y' as {0} %}}",
        "{{% translate 'a' as {0} %}}",
        "{{% blocktranslate asvar {0} %}}a{{% endblocktranslate %}}",
        "{{% blocktranslate with {0}=data.a %}}a{{% endblocktranslate %}}",
        "{{% blocktranslate count {0}=ctx.count %}}a{{% plural %}}b{{% endblocktranslate %}}",
    ],
)
def test_the_two_names_keep_their_meaning(text: str, name: str) -> None:
    """A text that binds one of them could not be followed."""
    assert problems(text.format(name)) == [
        f'The text gives "{name}" another meaning; a name of its own must be another one.'
    ]


@pytest.mark.parametrize("body", ["ctx.email", "ctx.phone", "name|upper", "data.street", "name.first", "1", "'x'"])
def test_what_prints_nothing_in_blocktranslate(body: str) -> None:
    """In its body Django looks up names of one word and nothing else."""
    text = f"{{% blocktranslate with name=ctx.email %}}Hello {{{{ {body} }}}}{{% endblocktranslate %}}"
    cure = "bind it first: {% blocktranslate with name=… %}{{ name }}."
    assert problems(text) == [f'The text has "{{{{ {body} }}}}" in a blocktranslate, where it prints nothing; {cure}']
    assert render_text(text, {"email": "a"}, {"street": "b"}) == "Hello "


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{% if %}", "Unexpected end of expression in if tag."),
        ("{% if ctx.email %}", "Unclosed tag on line 1: 'if'. Looking for one of: elif, else, endif."),
        ("{{ ctx.email|nothing }}", "Invalid filter: 'nothing'"),
        ("{{ }}", "Empty variable tag on line 1"),
        ("{{ ctx._email }}", "Variables and attributes may not begin with underscores: 'ctx._email'"),
        ("{% firstof _('a')|upper %}", "Django cannot parse it (StopIteration)."),
        ("{% load i18n %}", "Invalid block tag on line 1: 'load'. Did you forget to register or load this tag?"),
    ],
)
def test_text_that_is_no_template(text: str, reason: str) -> None:
    """A text that cannot be parsed says why, with the tags there are."""
    assert problems(text) == [f"The text is no valid template: {reason} Its tags may be: {', '.join(TAGS)}."]


def test_several_problems_in_order_and_once() -> None:
    """All of them are told, none twice."""
    text = "{{ ctx.phone }}{{ ctx.zip }}{{ ctx.phone }}{{ user }}"
    alone = 'The text reads "user"; a text sees "ctx.key" and "data.field" alone.'
    assert problems(text) == [unpassed("ctx.phone"), unpassed("ctx.zip"), alone]


def test_nothing_is_passed() -> None:
    """Without a whitelist no key is legal."""
    assert problems("{{ ctx.email }}", ()) == [
        'The text reads "ctx.email", and "email" is not passed; the passed keys: none.'
    ]


def test_translation_that_reads_more() -> None:
    """A language whose words are wrong is named."""
    text = in_each(own="{{ ctx.email }}", en="{{ ctx.email }}", de="{{ ctx.phone }}")
    assert problems(text) == [unpassed("ctx.phone").replace("text reads", 'text in "de" reads')]


def test_translation_that_is_no_template() -> None:
    """A translator's slip is found before a visitor meets it."""
    text = in_each(own="{{ ctx.email }}", en="{{ ctx.email }}", de="{{ ctx.email }")
    assert problems(text) == []
    text = in_each(own="{{ ctx.email }}", en="{{ ctx.email }}", de="{% wenn ctx.email %}")
    assert [problem.split(":")[0] for problem in problems(text)] == ['The text in "de" is no valid template']


def test_problem_of_all_languages_is_told_once() -> None:
    """What is wrong in the text itself is not repeated for each translation."""
    text = in_each(own="{{ ctx.phone }}", en="{{ ctx.phone }}", de="{{ ctx.phone }} {{ ctx.fax }}")
    assert problems(text) == [unpassed("ctx.phone"), unpassed("ctx.fax").replace("text reads", 'text in "de" reads')]


def test_language_of_the_caller_is_kept() -> None:
    """The check leaves the active language alone."""
    with override("fr"):
        problems(in_each(own="a", en="b", de="c"))
        assert get_language() == "fr"


def test_text_of_gettext() -> None:
    """The ordinary lazy string is read under each language as well."""
    assert problems(gettext_lazy("{{ ctx.email }}")) == []
    assert problems(gettext_lazy("{{ ctx.phone }}")) == [unpassed("ctx.phone")]


class Odd(Node):
    pass


def test_unknown_node_is_a_problem() -> None:
    """What the analysis does not know, it does not let through."""
    reading = text_names._Reading(())
    reading.nodes(NodeList([Odd()]), set())
    assert reading.problems == [f"uses Odd, which cannot be checked; use: {', '.join(TAGS)}."]


SAMPLES = {
    "blocktrans": "{% blocktrans %}{% endblocktrans %}",
    "blocktranslate": "{% blocktranslate %}{% endblocktranslate %}",
    "comment": "{% comment %}{% endcomment %}",
    "cycle": "{% cycle 'a' 'b' %}",
    "firstof": "{% firstof 'a' %}",
    "for": "{% for a in data.b %}{% endfor %}",
    "if": "{% if 1 %}{% endif %}",
    "ifchanged": "{% ifchanged %}{% endifchanged %}",
    "now": "{% now 'Y' %}",
    "templatetag": "{% templatetag openblock %}",
    "trans": "{% trans 'a' %}",
    "translate": "{% translate 'a' %}",
    "verbatim": "{% verbatim %}{% endverbatim %}",
    "with": "{% with a=1 %}{% endwith %}",
}


@pytest.mark.parametrize("tag", TAGS)
def test_every_tag_can_be_checked(tag: str) -> None:
    """A tag that a text may use is one that the analysis can follow."""
    assert problems(SAMPLES[tag]) == []


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("Plain", False),
        ("Plain data", False),
        ("{{ ctx.data }}", False),
        ("{{ ctx.email }}", False),
        ("{{ data.street }}", True),
        ("{{ ctx.email|default:data.street }}", True),
        ("{% with data.a as b %}{{ b }}{% endwith %}", True),
        ("{{ data }}", True),
        (lambda data, ctx: "", True),
    ],
)
def test_text_that_reads_what_is_typed(text: Any, reads: bool) -> None:
    """A page with such a text is drawn again while somebody types; of a callable nothing is known."""
    assert reads_data(text) is reads


def test_translation_that_reads_what_is_typed() -> None:
    """The active language counts."""
    text = in_each(own="a", en="a", de="{{ data.street }}")
    with override("en"):
        assert not reads_data(text)
    with override("de"):
        assert reads_data(text)


# Generated templates: what is read while drawing must have been found by parsing.

ATOMS = ["ctx.a", "ctx.b.c", "ctx.planted", "ctx.planted.x", "data.d", "one", "two.x", "3", "'lit'", "True"]
OPERATORS = ["and", "or", "==", "!=", "<", ">=", "in", "not in", "is", "is not"]
atoms = st.sampled_from(ATOMS)
filters = st.builds("|{}".format, st.sampled_from(["upper", "length"])) | st.builds(
    "|{}:{}".format, st.sampled_from(["default", "add", "default_if_none", "join"]), atoms
)
expressions = st.builds(lambda atom, more: atom + "".join(more), atoms, st.lists(filters, max_size=2))
operands = st.builds("{}{}".format, st.sampled_from(["", "not "]), expressions)
conditions = st.builds(
    lambda first, more: first + "".join(f" {operator} {operand}" for operator, operand in more),
    operands,
    st.lists(st.tuples(st.sampled_from(OPERATORS), expressions), max_size=2),
)
names = st.sampled_from(["one", "two"])
leaves = st.one_of(
    st.sampled_from(["text", "{# {{ ctx.planted }} #}", "{% now 'Y' as one %}"]),
    st.builds("{{{{ {} }}}}".format, expressions),
    st.builds("{{% firstof {} {} as {} %}}".format, expressions, expressions, names),
    st.builds("{{% firstof {} %}}".format, expressions),
    st.builds("{{% cycle {} {} %}}".format, expressions, expressions),
    st.builds("{{% translate {} %}}".format, expressions),
    st.builds("{{% translate {} as {} %}}".format, expressions, names),
)


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Wrap templates in the tags that have a body."""
    e, c, n, i = expressions, conditions, names, inner
    return st.one_of(
        st.builds("{}{}".format, i, i),
        st.builds("{{% if {} %}}{}{{% elif {} %}}{}{{% else %}}{}{{% endif %}}".format, c, i, c, i, i),
        st.builds("{{% for {} in {} %}}{}{{% empty %}}{}{{% endfor %}}".format, n, e, i, i),
        st.builds("{{% with {}={} %}}{}{{% endwith %}}".format, n, e, i),
        st.builds("{{% ifchanged {} %}}{}{{% else %}}{}{{% endifchanged %}}".format, e, i, i),
        st.builds("{{% ifchanged %}}{}{{% endifchanged %}}".format, i),
        st.builds("{{% blocktranslate with {}={} %}}x{{{{ one }}}}{{% endblocktranslate %}}".format, n, e),
        st.builds(
            "{{% blocktranslate with {}={} count {}={} %}}{{{{ {} }}}}{{% plural %}}x{{% endblocktranslate %}}".format,
            *(n, e, n, e, st.sampled_from(ATOMS)),
        ),
    )


templates = st.recursive(leaves, blocks, max_leaves=8)


class Recorder(Mapping[str, Any]):
    """Note which keys are read."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values_, self.read = values, set[str]()

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return self.values_[key]

    def __iter__(self) -> Iterator[str]:
        self.read.add("everything")
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


@given(templates, st.sampled_from([[], [1, 2], "", "text", 5]))
@example("{% with one=ctx.planted %}{{ one }}{% endwith %}", "text")
def test_whatever_is_read_was_found(text: str, planted: Any) -> None:
    """Drawing reads no key that parsing did not name, whichever way the template goes."""
    found = " ".join(unpassed_names(text, ("a", "b"), ()))
    passed = Recorder({"a": [3, 4], "b": {"c": "y"}, "planted": planted})
    with suppress(Exception):  # a generated template may be nonsense; what it read by then counts
        render_text(text, passed, {})
    assert "everything" not in passed.read
    assert {key for key in passed.read if f'"{key}" is not passed' in found} == passed.read - {"a", "b"}


@given(templates)
def test_planted_name_is_found(text: str) -> None:
    """A key that stands in the source, but for comments and where it prints nothing, is found."""
    found = unpassed_names(text, ("a", "b"), ())
    source = re.sub(r"{#.*?#}", "", text)
    assert not any("no valid template" in problem for problem in found)
    assert ("ctx.planted" in source) == any("ctx.planted" in problem for problem in found)


@given(st.text(st.sampled_from("{}%#|:._ 'ctxdataifforwithendblocktranslate=1,\n"), max_size=60))
def test_any_string_is_judged(text: str) -> None:
    """No text, however broken, makes the check itself fail."""
    assert all(problem.startswith("The text ") for problem in unpassed_names(text, (), ()))
