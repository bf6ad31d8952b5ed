"""A leak is found wherever it is, and named without its value."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.flows.models import InviteFlow
from tests.unit.testing.samples import Joining, Leaky
from wfapp.models import FlowEvent
from wfapp.testing import Walk, assert_no_leak
from wfapp.testing.leaks import found

pytestmark = pytest.mark.django_db

DOORS = ["html", "json", "python"]


@pytest.fixture(params=DOORS)
def via(request: pytest.FixtureRequest) -> Any:
    return request.param


def walked(via: Any, where: str, monkeypatch: pytest.MonkeyPatch) -> Walk:
    """Walk through a workflow that leaks in one place."""
    monkeypatch.setattr(Leaky, "where", where)
    walk = Walk(Leaky, via=via)
    return walk.submit(email="ada@example.com").submit(code="1")


def test_a_sound_workflow_leaks_nothing(via: Any) -> None:
    """The keys that were looked for are told: a test can see that it proves something."""
    walk = Walk(Joining, via=via).submit(email="ada@example.com", nickname="countess")
    walk.reject(code="000").submit(code=walk.outbox.code())
    assert assert_no_leak(walk) == {"code", "email", "nickname", "plan"}


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("message", "ctx.hidden stands in the {} of step 'verify'"),
        ("log", "ctx.code stands in the log record"),
        ("title", "ctx.code stands in the {} of step 'verify'"),
        ("end", "ctx.late stands in the {}"),
    ],
)
def test_a_leak_is_named_by_key_and_place(where: str, told: str, via: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """And never by its value."""
    walk = walked(via, where, monkeypatch)
    if (via, where) == ("html", "end"):
        # A person is sent on, and sees no data.
        assert_no_leak(walk)
        return
    with pytest.raises(AssertionError) as caught:
        assert_no_leak(walk)
    body = "answer" if via == "python" else "body"
    assert str(caught.value) == f"Walk('tests/leaks-on-purpose', via='{via}') leaks:\n  {told.format(body)}"


@pytest.mark.parametrize("via", ["html", "json"])
@pytest.mark.parametrize(
    ("where", "told"), [("cookie", "ctx.inner.word stands in the cookie"), ("url", "ctx.code stands in the ")]
)
def test_what_only_a_client_gets_is_searched(where: str, told: str, via: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cookies in base64, and addresses."""
    with pytest.raises(AssertionError) as caught:
        assert_no_leak(walked(via, where, monkeypatch))
    assert told in str(caught.value)


def test_the_timeline_and_the_admin_are_searched() -> None:
    """A column that mirrors a key may be seen there."""
    walk = Walk(Leaky).submit(email="ada@example.com").submit(code="1")
    assert "ada@example.com" in str(InviteFlow.objects.get().email)
    assert_no_leak(walk)
    FlowEvent.objects.filter(flow=walk.id).update(step="hidden-99183")
    with pytest.raises(AssertionError) as caught:
        assert_no_leak(walk)
    assert str(caught.value).splitlines()[1:] == [
        "  ctx.hidden stands in the admin page",
        "  ctx.hidden stands in the event row",
    ]


def test_what_was_typed_may_be_shown_again_unless_it_is_secret() -> None:
    """To the walker alone; ``allow`` names what else may be seen."""
    walk = Walk(Joining).submit(email="ada@example.com", nickname="countess").back()
    assert "countess" in walk.text
    assert "nickname" in assert_no_leak(walk)
    assert "nickname" not in assert_no_leak(walk, allow=["nickname"])
    typed = Walk(Leaky).at("verify", ctx={"code": "secret-734512"})
    typed.record.type("secret-734512")
    typed.record.add("body", "", "secret-734512")
    with pytest.raises(AssertionError, match=r"ctx\.code stands in the body$"):
        assert_no_leak(typed)


def test_a_walk_that_has_not_begun_proves_nothing() -> None:
    with pytest.raises(AssertionError, match="has not begun: there is nothing to look at"):
        assert_no_leak(Walk(Joining))


@pytest.mark.parametrize("text", ["<p>a&lt;b&amp;c</p>", '{"x": "a<b&c"}', "/?x=a%3Cb%26c", "x'a<b&c'"])
def test_the_search_finds_a_value_in_any_clothes(text: str) -> None:
    """And in base64 at any offset."""
    assert found("a<b&c", text)
    for offset in range(3):
        hidden = base64.urlsafe_b64encode(b"x" * offset + b"a longer value?>" + b"yz").decode()
        assert found("a longer value?>", hidden)
    assert not found("a longer value?>", text)
