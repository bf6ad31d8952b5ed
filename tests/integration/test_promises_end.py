"""What the end of a flow promises: its data, its sign-in, its cookies, and how long its answer is repeated."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser, User
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe

from tests.workflows import Hello, HelloToken, NameForm
from wfapp import Abort, Ask, Context, Finish, Secret, Struct, Workflow, rounds, step
from wfapp.errors import DeclarationError, InvalidToken, NotAvailable, WrongOutcome
from wfapp.models import Flow
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)

ANYBODY = Caller(door="python")
BROWSER = Caller(door="page", browser="b" * 43, transport="cookie")


class Card(Struct):
    """Stand in the data of an end, whole."""

    number: Secret[str] = "4111"
    name: str = ""


def ending(say: Any) -> type[Workflow[Any]]:
    class Ending(Workflow[Context]):
        name = "promises/ending"

        first = step(form=NameForm)

        @step(form=NameForm)
        def ask(self, form: NameForm) -> Any:
            return say(self)

    return Ending


def begin(workflow: type[Workflow[Any]], caller: Caller = ANYBODY, name: str = "Ada") -> Answer:
    return rounds.start(workflow, caller=caller, params={}, input=Input(values={"name": name}))


def play(answer: Answer, caller: Caller = ANYBODY, **values: Any) -> Answer:
    assert answer.token is not None
    return rounds.play(answer.token, caller=caller, input=Input(values=values))


def twice(say: Any, caller: Caller = ANYBODY) -> tuple[Answer, Answer]:
    """End a flow, and post the same again."""
    with isolated_registry():
        page = begin(ending(say), caller)
        return play(page, caller, name="Ada"), play(page, caller, name="Ada")


@pytest.mark.parametrize("workflow", [Hello, HelloToken], ids=["database", "token"])
def test_the_answer_is_repeated_for_ten_minutes(workflow: type[Workflow[Any]], monkeypatch: Any) -> None:
    """Then it is gone, whether the sweeper came by or not."""
    page = begin(workflow)
    end = play(page, code="123456")
    assert end.token is not None
    later = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr(timezone, "now", lambda: later)
    for token in (page.token, end.token):
        assert token is not None
        with pytest.raises(InvalidToken):
            rounds.play(token, caller=ANYBODY, input=Input(values={"code": "123456"}))
        with pytest.raises(InvalidToken):
            rounds.show(token, caller=ANYBODY)


def test_data_is_plain_json_from_the_first_answer_on() -> None:
    """Lazy and safe texts, dates, decimals and tuples are the same in the first answer and in its repetition."""
    data = {
        "lazy": lazystr("lazy"),
        "safe": mark_safe("<b>"),
        "day": date(2026, 1, 2),
        "time": datetime(2026, 1, 2, 3, tzinfo=UTC),
        "price": Decimal("1.50"),
        "list": (1, [lazystr("x")]),
    }
    first, again = twice(lambda flow: Finish(data=data, message=mark_safe("<i>")))
    assert first.end == again.end
    assert first.end is not None
    assert first.end.data["lazy"] == "lazy"
    assert first.end.data["price"] == "1.50"
    assert first.end.data["list"] == [1, ["x"]]


@pytest.mark.parametrize(
    "value",
    [User(username="u"), object(), Card(), Context(), [Card()]],
    ids=["model", "object", "struct", "context", "inside"],
)
def test_data_that_is_no_json_is_refused(value: object) -> None:
    """A model's instance would show as its text, a Struct with its secrets; the round is put back."""
    with isolated_registry():
        page = begin(ending(lambda flow: Finish(data={"it": value})))
        with pytest.raises(WrongOutcome, match=r"Finish\(data=…\): .* of type"):
            play(page, name="Ada")
        assert Flow.objects.get().status == "paused"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_json_has_not_is_refused(value: float) -> None:
    """It would silently be null."""
    with isolated_registry():
        page = begin(ending(lambda flow: Finish(data={"it": value})))
        with pytest.raises(WrongOutcome, match="no number of JSON"):
            play(page, name="Ada")


@pytest.mark.parametrize("outcome", [Finish, Abort], ids=["finish", "abort"])
def test_a_redirect_may_be_lazy(outcome: Any) -> None:
    """``reverse_lazy`` is how many projects write an address."""
    said = {"reason": lazystr("late")} if outcome is Abort else {}
    first, again = twice(lambda flow: outcome(redirect=reverse_lazy("admin:index"), **said))
    assert first.end == again.end
    assert first.end is not None
    assert type(first.end.redirect) is str
    assert first.end.redirect == "/admin/"


def test_texts_may_be_safe_and_lazy() -> None:
    """What a step marks safe is stored as plain text, and so escaped on a page."""

    def say(flow: Any) -> Ask:
        flow.message(mark_safe("<b>one</b>"))
        flow.message(lazystr("two"))
        return Ask("first", error=mark_safe("<i>once more</i>"))

    first, again = twice(say)
    assert [message.text for message in first.messages] == ["<b>one</b>", "two"]
    assert first.messages == again.messages
    assert all(type(message.text) is str for message in first.messages)
    assert again.page is not None
    assert again.page.errors == {"__form": "<i>once more</i>"}


@pytest.mark.parametrize(
    "user", [User(username="unsaved"), AnonymousUser(), "alice"], ids=["unsaved", "anonymous", "name"]
)
def test_nobody_without_a_key_is_signed_in(user: Any) -> None:
    """The round is put back; after the commit it would be too late to say so."""
    with isolated_registry():
        page = begin(ending(lambda flow: Finish(sign_in=user)))
        with pytest.raises(WrongOutcome, match=r"Finish\(sign_in=…\)"):
            play(page, name="Ada")
        assert Flow.objects.get().status == "paused"


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("", {}),
        ("a b", {}),
        ("a=b", {}),
        ("a\r\nSet-Cookie: b", {}),
        ("ä", {}),
        ("ok", {"path": "/\r\nSet-Cookie: b=c"}),
        ("path", {}),
        ("ok", {"path": "/; Domain=example.com"}),
        ("ok", {"samesite": "Sometimes"}),
        ("wfbrowser-key", {}),
        ("__Host-wfbrowser-key", {}),
        ("wftoken-0123abcd", {}),
        ("__Host-wftoken-0123abcd", {}),
    ],
)
def test_a_cookie_that_cannot_be_set_is_refused_in_the_step(name: str, options: dict[str, Any]) -> None:
    """Not after the commit; and wfapp's own cookies are nobody else's."""
    with isolated_registry():
        page = begin(ending(lambda flow: flow.set_cookie(name, "value", **options)), BROWSER)
        with pytest.raises(DeclarationError, match="set_cookie: "):
            play(page, BROWSER, name="Ada")
        assert Flow.objects.get().status == "paused"


def test_a_cookies_value_and_age_are_the_same_when_repeated() -> None:
    """A lazy value and a timedelta become what a cookie holds."""

    def say(flow: Any) -> Finish:
        flow.set_cookie("seen", lazystr("yes"), max_age=timedelta(hours=1))
        return Finish()

    first, again = twice(say, BROWSER)
    assert first.effects == again.effects
    assert first.effects is not None
    assert (first.effects.cookies[0].value, first.effects.cookies[0].max_age) == ("yes", 3600)


def test_a_double_click_signs_in_again_although_the_sign_in_ended_the_session_it_came_from() -> None:
    """The second click still carries the session that the first one ended: the browser it came from is bound, too."""
    user = User.objects.create_user("ada", password="x")
    signed_in = replace(BROWSER, user=user)
    with isolated_registry():
        page = begin(ending(lambda flow: Finish(sign_in=user)), signed_in)
        play(page, signed_in, name="Ada")
        again = play(page, BROWSER, name="Ada")
        assert again.effects is not None
        assert again.effects.sign_in is not None
        with pytest.raises(InvalidToken):
            play(page, replace(BROWSER, browser="c" * 43), name="Ada")


def test_signing_others_out_is_refused_where_sessions_cannot_be_listed(settings: Any) -> None:
    """In the round, and not after its commit: then the flow would be over and nobody signed in."""
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    user = User.objects.create_user("ada")
    with isolated_registry():
        page = begin(ending(lambda flow: Finish(sign_in=user, sign_out_others=True)))
        with pytest.raises(NotAvailable, match="sign_out_others needs sessions that can be listed"):
            play(page, name="Ada")
        assert Flow.objects.get().status == "paused"


class ChosenForm(forms.Form):
    """Ask for what is more than a text."""

    size = forms.TypedChoiceField(choices=[("1", "S"), ("2", "L")], coerce=int)
    sizes = forms.TypedMultipleChoiceField(choices=[("1", "S"), ("2", "L")], coerce=int)
    when = forms.SplitDateTimeField()
    day = forms.DateField()
    price = forms.DecimalField()
    member = forms.ModelChoiceField(User.objects.all())


def test_answers_come_back_as_what_the_form_made_of_them() -> None:
    """A number that a choice was coerced to, a time of two parts, a model's instance."""
    seen: dict[str, Any] = {}
    ada = User.objects.create_user("ada")
    with isolated_registry():

        class Chosen(Workflow[Context]):
            name = "promises/chosen"

            @step(form=ChosenForm, keep=True)
            def choose(self, form: ChosenForm) -> None:
                seen["then"] = dict(form.cleaned_data)

            @step(form=NameForm)
            def review(self, form: NameForm) -> None:
                seen["now"] = dict(self.answers["choose"])

        values = {"size": "2", "sizes": ["1", "2"], "when": "2026-01-02T03:04:05Z", "day": "2026-01-02"}
        typed = Input(values={**values, "price": "1.50", "member": str(ada.pk)})
        page = rounds.start(Chosen, caller=ANYBODY, params={}, input=typed)
        assert not page.rejected
        play(page, name="Ada")
    assert seen["now"] == seen["then"]
