"""Mixins of steps, and what ``None`` removes."""

from __future__ import annotations

from typing import Any

from django import forms

from wfapp import Break, Context, If, Next, While, Workflow, step


class NameForm(forms.Form):
    name = forms.CharField()


class Ctx(Context):
    name: str = ""
    mfa: bool = False


class Base(Workflow[Ctx]):
    """Be mixed with others."""

    @step(form=NameForm, when="mfa", attempts=3)
    def first(self, form: NameForm) -> Next | None:
        self.ctx.name += "base "
        return None

    @first.form_kwargs
    def first_kwargs(self) -> dict[str, Any]:
        return {}

    @first.action(label="Again", limit=3)
    def again(self) -> None: ...

    @first.exhausted
    def spent(self) -> None: ...

    second = step(form=NameForm)

    @step
    def last(self) -> None: ...


def run(cls: type[Workflow[Any]], name: str = "first") -> str:
    """Call a step of an instance and tell what it wrote."""
    workflow: Any = cls()
    workflow.ctx = Ctx()
    getattr(workflow, name)(NameForm())
    written: str = workflow.ctx.name
    return written.strip()


class Shouting:
    """Mix a method in: no workflow by itself."""

    ctx: Any

    def first(self, form: NameForm) -> Next | None:
        self.ctx.name += "shout "
        return super().first(form)


class Terms:
    """Mix a step with its hooks in."""

    ctx: Any

    @step(form=NameForm)
    def terms(self, form: NameForm) -> None:
        self.ctx.name += "terms "

    @terms.action(label="Later")
    def later(self) -> Next:
        return Next()


class Stricter:
    """Mix options in."""

    first = step(attempts=1)


def test_a_mixin_redefines_a_method() -> None:
    """The step stays a step, ``super()`` goes on along the MRO."""

    class Mixed(Shouting, Base):
        pass

    assert run(Mixed) == "shout base"
    assert Mixed.get_step("first").attempts == 3


def test_a_mixin_redefines_options() -> None:
    """The method stays the one of the base."""

    class Mixed(Stricter, Base):
        pass

    assert run(Mixed) == "base"
    assert Mixed.get_step("first").attempts == 1


def test_mixins_go_on_from_one_to_the_next() -> None:
    """Methods and options of several, each in its turn."""

    class Mixed(Shouting, Stricter, Base):
        def first(self, form: NameForm) -> Next | None:
            self.ctx.name += "mixed "
            return super().first(form)

    assert run(Mixed) == "mixed shout base"
    assert Mixed.get_step("first").attempts == 1


def test_a_mixin_brings_a_step_with_its_hooks() -> None:
    """Its place is the mixin's among the bases."""

    class Before(Terms, Base):
        pass

    class After(Base, Terms):
        pass

    assert Before.structure.order == ("terms", "first", "second", "last")
    assert After.structure.order == ("first", "second", "last", "terms")
    assert list(After.actions_of("terms")) == ["later"]
    assert run(Before, "terms") == "terms"


def test_one_mixin_serves_several_workflows() -> None:
    """It is not changed by any."""

    class One(Stricter, Base):
        first = step(title="One")

    class Two(Stricter, Base):
        first = step(title="Two")

    assert (One.get_step("first").page.title, Two.get_step("first").page.title) == ("One", "Two")
    assert vars(Stricter)["first"].given == {"attempts": 1}


def test_an_abstract_mixin_may_be_a_workflow() -> None:
    """Of any context; what it names is checked where a subclass has a name."""

    class Mfa(Workflow[Any]):
        steps = ["ask", "verify", "done"]
        verify = step(form=NameForm, when="mfa", passes=["name"])

    class Full(Mfa, Workflow[Ctx]):
        name = "tests/full"
        ask = step(form=NameForm)

        @step
        def done(self) -> None: ...

    assert Full.structure.order == ("ask", "verify", "done")
    assert Full.context_class is Ctx


def test_none_removes_a_step() -> None:
    """With its hooks, and from an order that is inherited."""

    class Ordered(Base):
        steps = [
            "last",
            If("mfa", ["first"], else_=["second"]),
            While("mfa", [If("mfa", ["third", Break()])]),
            "fourth",
        ]
        third = step(form=NameForm)
        fourth = step(form=NameForm)

    class Sub(Ordered):
        name = "tests/sub"
        first = third = None

    assert Sub.structure.order == ("last", If("mfa", (), ("second",)), "fourth")
    assert list(Sub.structure.steps) == ["second", "last", "fourth"]
    assert not Sub.structure.hooks
    assert Sub().first is None


def test_a_removed_step_may_come_back() -> None:
    """At the place that it had, with nothing of what it was but its hooks."""

    class Without(Base):
        first = None

    class Again(Without):
        first = step(form=forms.Form)

    assert Without.structure.order == ("second", "last")
    assert Again.structure.order == ("first", "second", "last")
    assert (Again.get_step("first").form, Again.get_step("first").method) == (forms.Form, None)


def test_none_removes_a_hook() -> None:
    """An action is no longer offered, attempts end as they do by default."""

    class Sub(Base):
        again = spent = first_kwargs = None

    assert dict(Sub.structure.hooks) == {}
    assert Sub.get_step("first").attempts == 3


def test_a_mixin_removes_a_step() -> None:
    """Where it stands before the class that has it."""

    class Without:
        first = None

    class Mixed(Without, Base):
        pass

    class Kept(Base, Without):
        pass

    assert Mixed.structure.order == ("second", "last")
    assert Kept.structure.order == ("first", "second", "last")
