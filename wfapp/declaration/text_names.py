"""What a text reads, found by parsing it: a mistake shows in ``manage.py check`` and not on a visitor's page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

from django.template import Node, TemplateSyntaxError
from django.template.base import FilterExpression, TextNode, Token, TokenType, Variable, VariableNode
from django.template.defaulttags import (
    CommentNode,
    CycleNode,
    FirstOfNode,
    ForNode,
    IfChangedNode,
    IfNode,
    NowNode,
    TemplateLiteral,
    TemplateTagNode,
    VerbatimNode,
    WithNode,
)
from django.template.smartif import TokenBase
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils import translation
from django.utils.functional import Promise

from wfapp.declaration.texts import TAGS, Text, compile_text, is_template, plain_text

__all__ = ["reads_data", "unpassed_names"]

N = TypeVar("N", bound=Node)
Bound: TypeAlias = set[str]
"""The names a template has given itself so far, by ``with``, ``for`` or ``as``."""


def unpassed_names(text: Text, passed: Collection[str], languages: Iterable[str]) -> list[str]:
    """Return a sentence for everything a text reads and does not get, in its own words and under each language.

    A callable reads what it likes: nothing is known of it. A language is named where the text itself is right.
    """
    if not isinstance(text, (str, Promise)):
        return []
    with translation.override(None):
        own = _problems(plain_text(text), passed)
    problems = [f"The text {problem}" for problem in own]
    for language in languages if isinstance(text, Promise) else ():
        with translation.override(language):
            translated = _problems(plain_text(text), passed)
        problems += [f'The text in "{language}" {problem}' for problem in translated if problem not in own]
    return problems


def reads_data(text: Text) -> bool:
    """Tell whether a text, under the active language, may change with what is typed; a callable always may."""
    return _reads_data(plain_text(text)) if isinstance(text, (str, Promise)) else True


@lru_cache(maxsize=1024)
def _reads_data(source: str) -> bool:
    if "data" not in source or not is_template(source):
        return False
    reading = _Reading(())
    reading.nodes(compile_text(source).nodelist, set())
    return reading.data


def _problems(source: str, passed: Collection[str]) -> list[str]:
    if not is_template(source):
        return []
    try:
        template = compile_text(source)
    except TemplateSyntaxError as error:
        return [f"is no valid template: {error} Its tags may be: {', '.join(TAGS)}."]
    reading = _Reading(passed)
    reading.nodes(template.nodelist, set())
    return list(dict.fromkeys(reading.problems))


class _Reading:
    """Walk a parsed template and note what it reads; a node it does not know is a problem, so nothing slips through."""

    def __init__(self, passed: Collection[str]) -> None:
        self.passed = passed
        self.problems: list[str] = []
        self.data = False

    def nodes(self, nodes: Iterable[Node], bound: Bound) -> None:
        """Walk nodes in order; ``as`` binds its name in ``bound`` for the nodes that follow."""
        for node in nodes:
            read = READERS.get(type(node))
            if read is None:
                self.problems.append(f"uses {type(node).__name__}, which cannot be checked; use: {', '.join(TAGS)}.")
            else:
                read(self, node, bound)

    def expressions(self, expressions: Iterable[FilterExpression | None], bound: Bound) -> None:
        """Note what expressions and the arguments of their filters read."""
        for expression in expressions:
            if expression is not None:
                self.variable(expression.var, bound)
                for _filter, arguments in expression.filters:
                    for _is_variable, argument in arguments:
                        self.variable(argument, bound)

    def condition(self, operand: TokenBase | None, bound: Bound) -> None:
        """Note what the operands of ``if`` read, whatever the operator."""
        if isinstance(operand, TemplateLiteral):
            value: Any = operand.value
            self.expressions([value], bound)
        elif operand is not None:
            self.condition(operand.first, bound)
            self.condition(operand.second, bound)

    def variable(self, variable: object, bound: Bound) -> None:
        """Note one read; anything but a ``Variable`` with lookups is a literal."""
        lookups = variable.lookups if isinstance(variable, Variable) else None
        if lookups:
            self.name(lookups, bound)

    def name(self, lookups: tuple[str, ...], bound: Bound) -> None:
        """Note one read of a dotted name."""
        root, *rest = lookups
        dotted = ".".join(lookups)
        if root in bound or lookups in CONSTANTS:
            return
        self.data |= root == "data"
        if root not in ("ctx", "data"):
            self.problems.append(f'reads "{dotted}"; a text sees "ctx.key" and "data.field" alone.')
        elif not rest:
            self.problems.append(f'reads "{root}" as a whole; it must name what it reads: "{root}.{NAMED[root]}".')
        elif root == "ctx" and rest[0] not in self.passed:
            legal = ", ".join(self.passed) or "none"
            self.problems.append(f'reads "{dotted}", and "{rest[0]}" is not passed; the passed keys: {legal}.')

    def bind(self, names: Iterable[str | None], bound: Bound) -> None:
        """Take names that the template gives itself."""
        for name in names:
            if name in ("ctx", "data"):
                self.problems.append(f'gives "{name}" another meaning; a name of its own must be another one.')
            elif name:
                bound.add(name)

    def inner(self, names: Iterable[str | None], bound: Bound) -> Bound:
        """Return the names bound inside a block, which end with it."""
        inside = set(bound)
        self.bind(names, inside)
        return inside

    def body(self, tokens: Iterable[Token], bound: Bound) -> None:
        """Note what the body of ``blocktranslate`` reads: names of one word, each bound before."""
        for token in tokens:
            if token.token_type is TokenType.VAR:
                if token.contents.isidentifier():
                    self.name((token.contents,), bound)
                else:
                    self.problems.append(
                        f'has "{{{{ {token.contents} }}}}" in a blocktranslate, where it prints nothing;'
                        " bind it first: {% blocktranslate with name=… %}{{ name }}."
                    )


CONSTANTS = (("True",), ("False",), ("None",))
NAMED = {"ctx": "key", "data": "field"}
READERS: dict[type[Node], Callable[[_Reading, Any, Bound], None]] = {}


def _reads(*kinds: type[N]) -> Callable[[Callable[[_Reading, N, Bound], None]], None]:
    def register(reader: Callable[[_Reading, N, Bound], None]) -> None:
        READERS.update(dict.fromkeys(kinds, reader))

    return register


@_reads(CommentNode, TemplateTagNode, TextNode, VerbatimNode)
def _nothing(reading: _Reading, node: Node, bound: Bound) -> None:
    pass


@_reads(VariableNode)
def _variable(reading: _Reading, node: VariableNode, bound: Bound) -> None:
    reading.expressions([node.filter_expression], bound)


@_reads(IfNode)
def _if(reading: _Reading, node: IfNode, bound: Bound) -> None:
    for condition, nodes in node.conditions_nodelists:
        reading.condition(condition, bound)
        reading.nodes(nodes, bound)


@_reads(IfChangedNode)
def _ifchanged(reading: _Reading, node: Any, bound: Bound) -> None:
    reading.expressions(node._varlist, bound)
    reading.nodes(node.nodelist_true, bound)
    reading.nodes(node.nodelist_false, bound)


@_reads(ForNode)
def _for(reading: _Reading, node: Any, bound: Bound) -> None:
    reading.expressions([node.sequence], bound)
    reading.nodes(node.nodelist_loop, reading.inner([*node.loopvars, "forloop"], bound))
    reading.nodes(node.nodelist_empty, reading.inner([], bound))


@_reads(WithNode)
def _with(reading: _Reading, node: WithNode, bound: Bound) -> None:
    reading.expressions(node.extra_context.values(), bound)
    reading.nodes(node.nodelist, reading.inner(node.extra_context, bound))


@_reads(CycleNode)
def _cycle(reading: _Reading, node: CycleNode, bound: Bound) -> None:
    reading.expressions(node.cyclevars, bound)
    reading.bind([node.variable_name], bound)


@_reads(FirstOfNode)
def _firstof(reading: _Reading, node: FirstOfNode, bound: Bound) -> None:
    reading.expressions(node.vars, bound)
    reading.bind([node.asvar], bound)


@_reads(NowNode)
def _now(reading: _Reading, node: NowNode, bound: Bound) -> None:
    reading.bind([node.asvar], bound)


@_reads(TranslateNode)
def _translate(reading: _Reading, node: TranslateNode, bound: Bound) -> None:
    reading.expressions([node.filter_expression, node.message_context], bound)
    reading.bind([node.asvar], bound)


@_reads(BlockTranslateNode)
def _blocktranslate(reading: _Reading, node: BlockTranslateNode, bound: Bound) -> None:
    reading.expressions([node.message_context, *node.extra_context.values()], bound)
    inside = reading.inner(node.extra_context, bound)
    reading.expressions([node.counter], inside)
    reading.bind([node.countervar], inside)
    reading.body([*node.singular, *(node.plural or ())], inside)
    reading.bind([node.asvar], bound)
