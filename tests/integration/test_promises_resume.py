"""What holds when a flow comes back after its code, its rights or its caller changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import models

from tests.workflows import CodeForm, Hello, HelloToken, NameForm
from wfapp import Ask, Context, Finish, Params, Workflow, rounds, step
from wfapp.errors import InvalidToken
from wfapp.models import Flow
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)

ANYBODY = Caller(door="python")
BROWSER = Caller(door="page", browser="b" * 43, transport="cookie")


def begin(workflow: type[Workflow[Any]], caller: Caller = ANYBODY, **values: Any) -> Answer:
    return rounds.start(workflow, caller=caller, params={}, input=Input(values=values) if values else None)


def play(answer: Answer, caller: Caller = ANYBODY, **values: Any) -> Answer:
    assert answer.token is not None
    return rounds.play(answer.token, caller=caller, input=Input(values=values))


class OldContext(Context):
    """Count in one key."""

    count: int = 0


class NewContext(Context):
    """Count in another key, ten times as much."""

    version = 2
    tens: int = 0

    @classmethod
    def upgrade(cls, version: int, data: dict[str, Any]) -> dict[str, Any]:
        return {"tens": data["count"] * 10}


class Counting(Workflow[OldContext]):
    """Count pages; its context is replaced by a later one in the tests."""

    name = "promises/counting"
    one = step(form=NameForm)

    @step(form=NameForm)
    def two(self, form: NameForm) -> None:
        if form.cleaned_data["name"] == "wrong":
            self.save_context()
            raise ValidationError("No.")

    @step(form=NameForm)
    def three(self, form: NameForm) -> Any:
        if form.cleaned_data["name"] == "back":
            return Ask("two")
        return Finish(data={"tens": self.ctx.tens})  # type: ignore[attr-defined]


def upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Counting, "context_class", NewContext)


def test_a_context_saved_by_a_rejection_is_upgraded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was stored as today's."""
    page = begin(Counting, name="Ada")
    upgrade(monkeypatch)
    page = play(page, name="wrong")
    page = play(page, name="Ada")
    assert play(page, name="Ada").status == "finished"


def test_a_context_of_an_earlier_page_is_upgraded_when_the_flow_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was stored as of then, whatever was stored since."""
    page = begin(Counting, name="Ada")
    upgrade(monkeypatch)
    page = play(page, name="Ada")
    page = play(page, name="back")
    page = play(page, name="Ada")
    assert play(page, name="Ada").status == "finished"


def test_a_flow_with_required_params_ends() -> None:
    """The end wipes them, and asks for none."""
    with isolated_registry():

        class Needed(Params):
            cart: int

        class Ordering(Workflow[Context]):
            name = "promises/ordering"
            Params = Needed
            ask = step(form=NameForm)

        page = rounds.start(Ordering, caller=ANYBODY, params={"cart": 1})
        end = play(page, name="Ada")
        assert end.token is not None
        assert rounds.show(end.token, caller=ANYBODY).status == "finished"


def test_a_workflow_that_continues_starts_again_where_its_version_was_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """The flow of the older version answers nobody, and must not keep its user out."""
    caller = replace(ANYBODY, user=User.objects.create_user("ada"))
    monkeypatch.setattr(Hello, "continues", "user")
    first = begin(Hello, caller, name="Ada")
    monkeypatch.setattr(Hello, "version", 2)
    second = begin(Hello, caller, name="Ada")
    assert second.flow_id != first.flow_id
    assert begin(Hello, caller).flow_id == second.flow_id


def test_a_workflow_that_continues_starts_again_where_its_flow_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor must a row that no key opens any more."""
    caller = replace(ANYBODY, user=User.objects.create_user("ada"))
    monkeypatch.setattr(Hello, "continues", "user")
    begin(Hello, caller, name="Ada")
    Flow.objects.update(state=b"unreadable")
    assert begin(Hello, caller, name="Ada").status == "form"


def test_cookies_are_not_given_again_to_who_must_wait() -> None:
    """The round that set them is another one."""
    with isolated_registry():

        class Review(Workflow[Context]):
            name = "promises/review"

            @step(form=NameForm)
            def ask(self, form: NameForm) -> None:
                self.set_cookie("asked", "yes")
                self.message("Thank you.")

            @step(form=NameForm, permission="auth.view_user")
            def review(self, form: NameForm) -> None:
                pass

        waiting = begin(Review, name="Ada")
        assert waiting.effects is not None
        again = play(waiting, name="Bo")
        assert (again.status, again.effects) == ("waiting", None)


def test_a_right_that_is_withdrawn_while_the_flow_waits_is_missed() -> None:
    """And given again, the flow goes on."""
    with isolated_registry():

        class Granted(Workflow[Context]):
            name = "promises/granted"
            permission_required = "auth.view_user"
            ask = step(form=NameForm)
            code = step(form=CodeForm, passes=[])

        user = User.objects.create_user("ada")
        right = Permission.objects.get(codename="view_user")
        user.user_permissions.add(right)
        page = begin(Granted, replace(ANYBODY, user=User.objects.get()), name="Ada")
        user.user_permissions.remove(right)
        assert play(page, replace(ANYBODY, user=User.objects.get()), code="1").status == "waiting"
        user.user_permissions.add(right)
        assert play(page, replace(ANYBODY, user=User.objects.get()), code="1").status == "finished"


def test_a_has_permission_that_raises_leaves_the_flow_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an author's mistake, and no permission."""
    page = begin(Hello, name="Ada")
    with monkeypatch.context() as broken:
        broken.setattr(Hello, "has_permission", lambda self, step: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            play(page, code="123456")
    assert play(page, code="123456").status == "finished"


def test_a_mark_that_cannot_be_read_is_a_spent_revision() -> None:
    """Somebody used it: that nobody can tell how it ended is no reason to run it again."""
    cache.clear()
    page = begin(HelloToken, name="Ada")
    assert page.flow_id is not None
    cache.set(f"wfapp:{page.flow_id}:1", "unreadable")
    with pytest.raises(InvalidToken):
        play(page, code="123456")


class Plan(models.TextChoices):
    """Name a plan."""

    FREE = "free", "Free of charge"
    PAID = "paid", "Paid"


class Size(models.IntegerChoices):
    """Name a size."""

    SMALL = 1, "Small"
    LARGE = 2, "Large"


class ChoiceContext(Context):
    """Hold Django's enums."""

    plan: Plan = Plan.FREE
    sizes: list[Size] = []
    maybe: Plan | None = None


def test_djangos_choices_are_keys_of_a_context() -> None:
    """They are enums, and come back as what they were."""
    with isolated_registry():

        class Choosing(Workflow[ChoiceContext]):
            name = "promises/choosing"

            @step(form=NameForm)
            def ask(self, form: NameForm) -> None:
                self.ctx.plan, self.ctx.sizes = Plan.PAID, [Size.LARGE]

            @step(form=NameForm, passes=["plan"], title="{{ ctx.plan }}")
            def tell(self, form: NameForm) -> Finish:
                assert type(self.ctx.plan) is Plan
                return Finish(data={"plan": self.ctx.plan, "sizes": self.ctx.sizes, "maybe": self.ctx.maybe})

        page = begin(Choosing, name="Ada")
        assert page.page is not None
        assert page.page.title == "paid"
        end = play(page, name="Ada").end
        assert end is not None
        assert end.data == {"plan": "paid", "sizes": [2], "maybe": None}
