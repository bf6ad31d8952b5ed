"""Steps and the hooks that hang on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django import forms
from django.forms import formset_factory
from django.utils.translation import gettext_lazy as _

from wfapp import Context, Finish, Limit, Next, Workflow, step
from wfapp.declaration.steps import Action, Hook, Step
from wfapp.errors import DeclarationError

OPTIONS = (
    "answers, attempts, background, backoff, delay, description, durable, expires, files, form, forms, jitter, keep, "
    "label, limit, max_delay, passes, permission, retries, retry_on, reveals, revisit, static, submit, timeout, title, "
    "url_name, when"
)


class NameForm(forms.Form):
    name = forms.CharField()


class Ctx(Context):
    name: str = ""
    mfa: bool = False


class Greet(Workflow[Ctx]):
    """Have a step of each kind, with every hook."""

    address = step(form=NameForm, permission=("orders.see", "orders.change"))

    @step(form=NameForm, when="mfa", attempts=3, limit=Limit("greet", key="address", rate="1/s"))
    def greet(self, form: NameForm) -> Next:
        self.ctx.name = f"greeted {form.data['name']}"
        return Next()

    @greet.form_kwargs
    def greet_kwargs(self) -> dict[str, Any]:
        return {"initial": {"name": self.ctx.name}}

    @greet.action(label="Again", cooldown=timedelta(seconds=1), limit=[5, 7, Limit("again", key="address", rate="2/h")])
    def again(self) -> None:
        self.ctx.name = "again"

    @greet.action(label=lambda data, ctx: "Save", when=lambda ctx: ctx.mfa)
    def save(self, form: NameForm) -> Next:
        self.ctx.name = form.data["name"]
        return Next()

    @greet.exhausted
    def spent(self) -> Finish:
        return Finish(message="Spent")

    @step
    def done(self) -> Finish:
        return Finish(data={"name": self.ctx.name})


def instance(cls: type[Workflow[Any]] = Greet) -> Any:
    """Make an instance with a context, as a round does."""
    workflow = cls()
    workflow.ctx = cls.context_class()
    return workflow


def test_a_decorated_step_stays_a_method() -> None:
    """A test or a subclass calls it like any method."""
    workflow = instance()
    assert workflow.greet(NameForm({"name": "Ann"})) == Next()
    assert workflow.ctx.name == "greeted Ann"
    assert workflow.done() == Finish(data={"name": "greeted Ann"})


def test_a_hook_stays_a_method() -> None:
    """So does what hangs on a step."""
    workflow = instance()
    workflow.again()
    assert workflow.greet_kwargs() == {"initial": {"name": "again"}}
    assert workflow.save(NameForm({"name": "Bob"})) == Next()
    assert workflow.ctx.name == "Bob"
    assert workflow.spent() == Finish(message="Spent")


def test_the_class_holds_steps_and_hooks() -> None:
    """On the class, their names lead to their declarations."""
    assert isinstance(Greet.greet, Step)
    assert Greet.greet is Greet.get_step("greet")
    assert type(Greet.again) is Action
    assert type(Greet.greet_kwargs) is Hook


def test_options_of_a_step() -> None:
    """Each keyword stands in its field; one value and several are given alike."""
    greet: Any = Greet.greet
    assert (greet.name, greet.form, greet.when, greet.attempts) == ("greet", NameForm, "mfa", 3)
    assert greet.limit == (Limit("greet", key="address", rate="1/s"),)
    assert (greet.forms, greet.expires, greet.permission, greet.keep) == ((), None, (), None)
    assert Greet.get_step("address").permission == ("orders.see", "orders.change")


def test_a_step_without_a_method_is_named_by_its_class() -> None:
    """It knows its name as soon as the class is made, and its answers are kept."""
    address = Greet.get_step("address")
    assert (address.name, address.method, address.keeps) == ("address", None, True)


@pytest.mark.parametrize(("keep", "kept"), [(None, False), (True, True), (False, False)])
def test_answers_of_a_method_are_kept_on_request(keep: bool | None, kept: bool) -> None:
    """``keep=True`` keeps them."""

    @step(form=NameForm, keep=keep)
    def greet(self: Any, form: NameForm) -> None: ...

    assert greet.keeps is kept


@pytest.mark.parametrize(("keep", "kept"), [(None, True), (True, True), (False, False)])
def test_answers_without_a_method_are_kept_by_default(keep: bool | None, kept: bool) -> None:
    """``keep=False`` forgets them."""
    assert step(form=NameForm, keep=keep).keeps is kept


def test_an_action_takes_the_form_where_its_method_does() -> None:
    """The parameter ``form`` asks for the data."""
    actions = Greet.actions_of("greet")
    assert {name: action.with_data for name, action in actions.items()} == {"again": False, "save": True}


def test_limits_of_an_action() -> None:
    """Numbers count in one flow, the smallest holds; a Limit counts over all of them."""
    again, save = Greet.actions_of("greet").values()
    assert (again.per_flow, again.limits) == (5, (Limit("again", key="address", rate="2/h"),))
    assert (save.per_flow, save.limits) == (None, ())


def test_forms_that_a_page_can_show() -> None:
    """One, none, or those that a method picks from."""
    assert step(form=NameForm).form_classes == (NameForm,)
    assert step(when="mfa").form_classes == ()
    assert step(form="pick", forms=[NameForm, forms.Form]).form_classes == (NameForm, forms.Form)


def test_a_formset_is_a_form() -> None:
    """Any Django form works."""
    rows: Any = formset_factory(NameForm)
    assert step(form=rows).form_classes == (rows,)


def test_keywords_win_over_the_page_of_the_form() -> None:
    """Those that are given replace, the others stay."""

    class PagedForm(NameForm):
        class Page:
            passes = ["name"]
            title = "Your name"

    page = step(form=PagedForm, passes=[], submit="Go").page_of(PagedForm)
    assert (page.passes, page.title, page.submit) == ((), "Your name", "Go")


def test_a_class_may_take_over_the_step_of_another() -> None:
    """It gets a name of its own there, and keeps the first one here."""

    class Other(Workflow[Ctx]):
        welcome = Greet.greet
        address = Greet.address

    assert Other.get_step("address") is Greet.address is instance(Other).address
    assert Other.get_step("welcome").name == "welcome"
    assert Greet.get_step("greet").name == "greet"


def attempts(value: Any) -> Any:
    """Declare a step with that many attempts."""
    return step(form=NameForm, attempts=value)


@pytest.mark.parametrize(
    ("declare", "message"),
    [
        (lambda: step(form=NameForm, tries=3), f"step: unknown option 'tries'; legal are {OPTIONS}."),
        (lambda: attempts(0), "step: attempts is 0; it must be a positive number."),
        (lambda: attempts(-1), "step: attempts is -1; it must be a positive number."),
        (lambda: attempts(True), "step: attempts is True; it must be a positive number."),
        (lambda: attempts("5"), "step: attempts is '5'; it must be a positive number."),
        (
            lambda: step(form=NameForm, expires=timedelta(0)),
            "step: expires is datetime.timedelta(0); it must be a positive timedelta.",
        ),
        (
            lambda: step(form=NameForm, expires=timedelta(days=-1)),
            "step: expires is datetime.timedelta(days=-1); it must be a positive timedelta.",
        ),
        (lambda: step(form=NameForm, expires=60), "step: expires is 60; it must be a positive timedelta."),
        (
            lambda: step(form=NameForm, limit="10/15m"),
            "step: limit is '10/15m'; it must be a Limit or a list of them.",
        ),
        (
            lambda: step(form=NameForm, passes="name"),
            "step: passes is 'name'; it must be a list of names, such as ['email'].",
        ),
        (
            lambda: step(form=NameForm, reveals={"name"}),
            "step: reveals is {'name'}; it must be a list of names, such as ['email'].",
        ),
        (
            lambda: step(form=NameForm, title=3),
            "step: title is 3; it must be a text, a template, a callable or the name of a method.",
        ),
        (
            lambda: step(form=NameForm, label=3),
            "step: label is 3; it must be a plain text: other pages show it, without any key.",
        ),
        (
            lambda: step(form=dict),
            "step: <class 'dict'> is no form; give it the class of a form or of a formset.",
        ),
        (
            lambda: step(form="pick", forms=[dict]),
            "step: <class 'dict'> is no form; give it the class of a form or of a formset.",
        ),
    ],
)
def test_mistakes_in_options(declare: Callable[[], Any], message: str) -> None:
    """A wrong keyword or value is found when the step is declared."""
    with pytest.raises(DeclarationError) as caught:
        declare()
    assert str(caught.value) == message


def test_an_instance_is_no_form() -> None:
    """A page needs the class: each round makes its own."""
    form: Any = NameForm()
    with pytest.raises(DeclarationError, match=r"^step: <NameForm .*> is no form; give it the class of a form or of"):
        step(form=form)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"label": 3}, "label is 3; it must be a text, a template, a callable or the name of a method."),
        ({"cooldown": timedelta(0)}, "cooldown is datetime.timedelta(0); it must be a positive timedelta."),
        ({"cooldown": 30}, "cooldown is 30; it must be a positive timedelta."),
        ({"limit": 0}, "limit is 0; it must be a positive number or a Limit."),
        ({"limit": True}, "limit is True; it must be a positive number or a Limit."),
        ({"limit": [5, "10/m"]}, "limit is '10/m'; it must be a positive number or a Limit."),
    ],
)
def test_mistakes_in_an_action(options: Mapping[str, Any], message: str) -> None:
    """They are found when the action is declared."""

    def again(self: Any) -> None: ...

    with pytest.raises(DeclarationError) as caught:
        Greet.greet.action(**{"label": _("Again"), **options})(again)
    assert str(caught.value) == f"action 'again': {message}"


def twice_a_step() -> None:
    class Twice(Workflow[Ctx]):
        @step(form=NameForm)
        def ask(self, form: NameForm) -> None: ...

        @step
        def ask(self) -> None: ...  # noqa: F811


def step_and_hook() -> None:
    class Twice(Workflow[Ctx]):
        @step(form=NameForm)
        def ask(self, form: NameForm) -> None: ...

        @ask.form_kwargs
        def ask(self) -> dict[str, Any]:
            return {}


def step_and_action() -> None:
    class Twice(Workflow[Ctx]):
        @step
        def ask(self) -> None: ...

        @Greet.greet.action(label="Ask")
        def ask(self) -> None: ...  # noqa: F811


def step_and_exhausted() -> None:
    class Twice(Workflow[Ctx]):
        @step(form=NameForm, attempts=3)
        def ask(self, form: NameForm) -> None: ...

        @ask.exhausted
        def ask(self) -> None: ...


def keywords_twice() -> None:
    class Twice(Workflow[Ctx]):
        ask = step(form=NameForm)

        @step(when="mfa")
        def ask(self) -> None: ...  # noqa: F811


@pytest.mark.parametrize("declare", [twice_a_step, step_and_hook, step_and_action, step_and_exhausted, keywords_twice])
def test_two_of_one_name(declare: Callable[[], None]) -> None:
    """Python would drop the first of two without a word."""
    with pytest.raises(DeclarationError) as caught:
        declare()
    owner = f"{declare.__name__}.<locals>.Twice.ask"
    assert str(caught.value) == f"{owner}: two steps or hooks of one class have the name 'ask'; give each its own name."


@pytest.mark.parametrize(
    ("decorate", "found"),
    [
        (lambda: step(NameForm), "NameForm"),
        (lambda: step(form=NameForm)(NameForm({})), "an object of type NameForm"),
        (lambda: step(when="mfa")(property(len)), "an object of type property"),
        (lambda: step(form=NameForm).form_kwargs({}), "an object of type dict"),
        (lambda: instance().address(NameForm({})), "an object of type NameForm"),
    ],
)
def test_only_methods_are_decorated(decorate: Callable[[], Any], found: str) -> None:
    """A form, or a call of a step that has no method, is a slip."""
    with pytest.raises(DeclarationError) as caught:
        decorate()
    assert str(caught.value) == (f"step and its hooks decorate a method, and {found} is none; a form goes by form=.")
