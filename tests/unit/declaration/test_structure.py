"""What a class and its bases amount to: order, inheritance, mixins, removal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django import forms

from wfapp import Context, Finish, Limit, Next, Workflow, step
from wfapp.declaration.steps import Step
from wfapp.errors import DeclarationError


class NameForm(forms.Form):
    name = forms.CharField()


class LongNameForm(NameForm):
    more = forms.CharField()


class Ctx(Context):
    name: str = ""
    mfa: bool = False


class Base(Workflow[Ctx]):
    """Be redefined in many ways."""

    @step(form=NameForm, when="mfa", attempts=3, title="Base", keep=True)
    def first(self, form: NameForm) -> Next | None:
        self.ctx.name += "base "
        return None

    @first.form_kwargs
    def first_kwargs(self) -> dict[str, Any]:
        return {}

    @first.action(label="Again", limit=3)
    def again(self) -> None:
        self.ctx.name += "again "

    @first.exhausted
    def spent(self) -> Finish:
        return Finish()

    second = step(form=NameForm)

    @step
    def last(self) -> Finish:
        return Finish()


def snapshot(cls: type[Workflow[Any]]) -> list[Any]:
    """Take what a class amounts to, to compare it later."""
    structure = cls.structure
    attributes = [cls.__dict__[name] for name in cls.__dict__ if isinstance(cls.__dict__[name], Step)]
    options = [(step.name, step.method, step.form, step.attempts, dict(step.given)) for step in attributes]
    return [dict(structure.steps), structure.order, dict(structure.hooks), dict(structure.actions), attributes, options]


def run(cls: type[Workflow[Any]], name: str = "first") -> str:
    """Call a step of an instance and tell what it wrote."""
    workflow: Any = cls()
    workflow.ctx = Ctx()
    getattr(workflow, name)(NameForm())
    written: str = workflow.ctx.name
    return written.strip()


def test_steps_stand_in_the_order_of_their_definition() -> None:
    """Where nothing else is said."""
    assert Base.structure.order == ("first", "second", "last")
    assert list(Base.structure.steps) == ["first", "second", "last"]


def test_hooks_are_found_by_their_step() -> None:
    """Each under its kind."""
    structure = Base.structure
    assert dict(structure.form_kwargs) == {"first": "first_kwargs"}
    assert dict(structure.exhausted) == {"first": "spent"}
    assert {name: list(actions) for name, actions in structure.actions.items()} == {"first": ["again"]}


def test_a_subclass_adds_its_steps_at_the_end() -> None:
    """Bases come first."""

    class Sub(Base):
        @step
        def extra(self) -> None: ...

    assert Sub.structure.order == ("first", "second", "last", "extra")


def test_bases_come_first_in_mro_order() -> None:
    """With several bases, and with one that they share."""

    class Left(Base):
        left = step(form=NameForm)

    class Right(Base):
        right = step(form=NameForm)

    class Both(Right, Left):
        both = step(form=NameForm)

    assert Both.structure.order == ("first", "second", "last", "right", "left", "both")


def test_a_method_redefines_a_step() -> None:
    """It keeps its place, its hooks and its options; ``super()`` calls what it was."""

    class Sub(Base):
        def first(self, form: NameForm) -> Next | None:
            self.ctx.name += "sub "
            return super().first(form)

    sub = Sub.get_step("first")
    assert run(Sub) == "sub base"
    assert Sub.structure.order == Base.structure.order
    assert Sub.structure.hooks == Base.structure.hooks
    assert (sub.form, sub.when, sub.attempts, sub.page.title, sub.keep) == (NameForm, "mfa", 3, "Base", True)
    assert Sub.first is sub


def test_a_step_redefines_a_step() -> None:
    """It keeps the options that it does not give anew."""

    class Sub(Base):
        @step(form=LongNameForm, attempts=7, title="Sub")
        def first(self, form: NameForm) -> Next | None:
            self.ctx.name += "sub "
            return super().first(form)

    sub = Sub.get_step("first")
    assert run(Sub) == "sub base"
    assert Sub.structure.order == Base.structure.order
    assert list(Sub.actions_of("first")) == ["again"]
    assert (sub.form, sub.when, sub.attempts, sub.page.title, sub.keep) == (LongNameForm, "mfa", 7, "Sub", True)


def test_options_alone_redefine_a_step() -> None:
    """Its method stays."""

    class Sub(Base):
        first = step(attempts=7)

    sub = Sub.get_step("first")
    assert run(Sub) == "base"
    assert (sub.form, sub.attempts, sub.page.title) == (NameForm, 7, "Base")


def test_a_step_without_a_method_gets_one() -> None:
    """A subclass may add what the base left to the form."""

    class Sub(Base):
        def second(self, form: NameForm) -> None:
            self.ctx.name = "second"

    assert run(Sub, "second") == "second"
    assert Sub.get_step("second").form is NameForm


def test_a_subclass_leaves_its_base_alone() -> None:
    """Neither steps, nor options, nor hooks, nor removals reach it."""
    before = snapshot(Base)

    class Sub(Base):
        second = None
        spent = None

        @step(attempts=9, title="Sub")
        def first(self, form: NameForm) -> Next | None: ...

        @first.form_kwargs
        def other_kwargs(self) -> dict[str, Any]:
            return {"initial": {}}

        @Base.first.action(label="More")
        def more(self) -> None: ...

        def again(self) -> None: ...

        @step
        def extra(self) -> None: ...

    assert snapshot(Base) == before
    assert run(Base) == "base"
    assert Sub.structure.form_kwargs["first"] == "other_kwargs"
    assert list(Sub.actions_of("first")) == ["again", "more"]
    assert not Sub.structure.exhausted


def test_siblings_leave_each_other_alone() -> None:
    """Each has its own merge of what they share."""

    class One(Base):
        first = step(attempts=1)

    class Two(Base):
        first = step(attempts=2)

    assert (One.get_step("first").attempts, Two.get_step("first").attempts) == (1, 2)
    assert Base.get_step("first").attempts == 3


def test_options_follow_the_mro_in_a_diamond() -> None:
    """What a class does not give itself is what the next class in the MRO gives, not what its own base gave."""

    class Left(Base):
        first = step(title="Left")

    class Right(Base):
        first = step(title="Right", attempts=5)

    class Both(Left, Right):
        pass

    both = Both.get_step("first")
    assert (both.page.title, both.attempts) == ("Left", 5)
    assert (Left.get_step("first").attempts, Right.get_step("first").attempts) == (3, 5)


def test_a_method_redefines_a_hook() -> None:
    """Its options and its place stay; it may begin to take the form."""

    class Sub(Base):
        def again(self, form: NameForm) -> None: ...

    action = Sub.actions_of("first")["again"]
    assert (action.label, action.per_flow, action.with_data) == ("Again", 3, True)
    assert not Base.actions_of("first")["again"].with_data


def test_a_hook_redefines_a_hook() -> None:
    """With new options, at the old place."""

    class Sub(Base):
        @Base.first.action(label="More")
        def more(self) -> None: ...

        @Base.first.action(label="Again and again", cooldown=timedelta(minutes=1))
        def again(self) -> None: ...

    actions = Sub.actions_of("first")
    assert list(actions) == ["again", "more"]
    assert (actions["again"].label, actions["again"].per_flow) == ("Again and again", None)


def test_an_order_is_inherited() -> None:
    """A subclass gives its own, or None to have the order of definition."""

    class Ordered(Base):
        steps = ["last", "second", "first"]

    class Inherits(Ordered):
        pass

    class Own(Ordered):
        steps = ["first", ["second", "last"]]

    class Reset(Ordered):
        steps = None

    assert Inherits.structure.order == ("last", "second", "first")
    assert Own.structure.order == Reset.structure.order == ("first", "second", "last")


def test_the_context_is_the_one_of_the_nearest_base() -> None:
    """``Workflow[...]`` says which, and a subclass inherits it."""

    class Wider(Ctx):
        more: str = ""

    class Sub(Base):
        pass

    class Wide(Base, Workflow[Wider]):
        pass

    assert (Base.context_class, Sub.context_class, Wide.context_class) == (Ctx, Ctx, Wider)
    assert Workflow.context_class is Context


def hook_over_step() -> None:
    class Sub(Base):
        @Base.first.form_kwargs
        def second(self) -> dict[str, Any]:
            return {}


def step_over_hook() -> None:
    class Sub(Base):
        @step
        def again(self) -> None: ...


def value_over_step() -> None:
    class Sub(Base):
        first = 3


def value_over_hook() -> None:
    class Sub(Base):
        again = Limit("again", key="address", rate="1/m")


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (hook_over_step, "'second' is a step of a base, and of type Hook in {cls}; legal are a step"),
        (step_over_hook, "'again' is a hook of a base, and of type Step in {cls}; legal are a hook"),
        (value_over_step, "'first' is a step of a base, and of type int in {cls}; legal are a step"),
        (value_over_hook, "'again' is a hook of a base, and of type Limit in {cls}; legal are a hook"),
    ],
)
def test_mistakes(declare: Callable[[], None], message: str) -> None:
    """A step stays a step, a hook a hook."""
    with pytest.raises(DeclarationError) as caught:
        declare()
    cls = f"{declare.__name__}.<locals>.Sub"
    assert str(caught.value) == f"{cls}: {message.format(cls=cls)}, a method, or None to remove it."
