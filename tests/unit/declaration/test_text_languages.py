"""What a text reads under each language."""

from __future__ import annotations

from django.utils.translation import get_language, gettext_lazy, override

from tests.unit.declaration.text_problems import in_each, problems, unpassed
from wfapp.declaration.text_names import reads_data


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


def test_translation_that_reads_what_is_typed() -> None:
    """The active language counts."""
    text = in_each(own="a", en="a", de="{{ data.street }}")
    with override("en"):
        assert not reads_data(text)
    with override("de"):
        assert reads_data(text)
