"""What a text reads, found by parsing it."""

from __future__ import annotations

from typing import Any

import pytest
from django.template import Node, NodeList

from tests.unit.declaration.text_problems import problems, unpassed
from wfapp.declaration import text_names
from wfapp.declaration.text_names import reads_data
from wfapp.declaration.texts import TAGS, render_text


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
