"""Generated templates: what is read while drawing must have been found by parsing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from wfapp.declaration.text_names import unpassed_names
from wfapp.declaration.texts import render_text

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
