"""What links promise, on a real database and from many threads at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.integration.link_samples import EmailForm, InviteContext, NameForm
from tests.integration.people_samples import Approval
from tests.integration.rounds.helpers import STORE, begin, play, statements
from tests.integration.test_concurrency import at_once
from wfapp import EmailLink, Finish, Workflow, rounds, step
from wfapp.errors import Fault
from wfapp.links.outbox import deliver_due
from wfapp.management.purge import purge_flows
from wfapp.models import Flow, FlowEvent, Link, OutgoingMessage
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.storage.tokens import Token
from wfapp.testing import isolated_registry

pytestmark = [
    pytest.mark.db,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.integration.promise_urls"),
]


class CodeForm(forms.Form):
    code = forms.CharField()


@pytest.fixture(autouse=True)
def tokens(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the tokens of the links that are minted: they stand in messages alone."""
    minted: list[str] = []

    def kept(workflow: Any, params: Any, token: str, **options: Any) -> str:
        minted.append(token)
        return f"https://site.example/?wfs={token}"

    monkeypatch.setattr("wfapp.rounds.links.link_url", kept)
    return minted


@pytest.fixture
def invite() -> Iterator[type[Workflow[Any]]]:
    """Make a workflow whose step after the link counts its runs."""
    with isolated_registry():

        class Invite(Workflow[InviteContext]):
            name = "promises/invite"
            cancellable = True

            @step(form=EmailForm)
            def details(self, form: EmailForm) -> None:
                self.ctx.email = form.cleaned_data["email"]

            @step(passes=["email"])
            def invite(self) -> EmailLink:
                return EmailLink(self.ctx.email, "flows/mail/plain", replaces="email")

            @step(form=CodeForm, passes=["runs"])
            def code(self, form: CodeForm) -> None:
                self.ctx.runs += 1

            @step(form=NameForm)
            def join(self, form: NameForm) -> Finish:
                return Finish(data={"runs": self.ctx.runs})

        yield Invite


def browser(number: int) -> Caller:
    return Caller(door="page", browser=f"{number:043d}", transport="cookie")


def open_link(token: str, number: int) -> Answer:
    return rounds.play(Token.parse(token), caller=browser(number), input=Input())


def outcomes(results: list[Any]) -> Counter[str]:
    """Count what came out: a page, or the code of a fault."""
    return Counter(result.error_code if isinstance(result, Fault) else result.status for result in results)


def insistent(call: Callable[[], Any]) -> Any:
    """Try again as long as somebody else is at it, as a person would."""
    while True:
        try:
            return call()
        except Fault as fault:
            if fault.error_code != "busy":
                raise


def test_of_fifty_browsers_one_is_bound(invite: type[Workflow[Any]], tokens: list[str]) -> None:
    """The others are told that the link was used."""
    begin(invite, email="ada@example.com")
    results = at_once(50, lambda number: insistent(lambda: open_link(tokens[0], number)))
    assert outcomes(results) == {"form": 1, "invalid-token": 49}
    assert FlowEvent.objects.filter(kind="opened").count() == 1
    [winner] = [number for number, result in enumerate(results) if isinstance(result, Answer)]
    assert open_link(tokens[0], winner).status == "form"
    assert Flow.objects.get().step == "code"


@pytest.mark.slow
def test_a_thousand_looks_consume_nothing(invite: type[Workflow[Any]], tokens: list[str], settings: Any) -> None:
    """GETs and HEADs, of the link and of its landing page: no row changes."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]
    begin(invite, email="ada@example.com")
    before = [list(model.objects.order_by("pk").values()) for model in (Flow, Link, FlowEvent, OutgoingMessage)]
    client = Client()
    for number in range(250):
        for method in (client.get, client.head):
            landing = method("/", {"wfs": tokens[0]})["Location"]
            assert (method(landing).status_code, number) == (200, number)
    after = [list(model.objects.order_by("pk").values()) for model in (Flow, Link, FlowEvent, OutgoingMessage)]
    assert before == after
    assert open_link(tokens[0], 1).status == "form"


def test_fifty_posts_of_one_code_run_the_step_once(invite: type[Workflow[Any]], tokens: list[str]) -> None:
    """Each answer is that one answer, or a 409."""
    begin(invite, email="ada@example.com")
    page = open_link(tokens[0], 1)
    assert page.token is not None
    token, code = page.token, Input(values={"code": "123456"})
    results = at_once(50, lambda number: rounds.play(token, caller=browser(1), input=code))
    assert set(outcomes(results)) <= {"form", "busy"}
    answers = {result.token for result in results if isinstance(result, Answer)}
    assert answers == {token.at(2 + 1)}
    end = rounds.play(token.at(3), caller=browser(1), input=Input(values={"name": "Ada"}))
    assert end.end is not None
    assert end.end.data == {"runs": 1}


def test_of_two_invitations_at_once_one_link_opens(invite: type[Workflow[Any]], tokens: list[str]) -> None:
    """Exactly one, whichever came last."""
    at_once(2, lambda number: insistent(lambda: begin(invite, email="ada@example.com")))
    assert len(tokens) == 2
    results = at_once(2, lambda number: insistent(lambda: open_link(tokens[number], number)))
    assert outcomes(results) == {"form": 1, "invalid-token": 1}


@pytest.mark.parametrize("rival", ["cancelled", "expired", "resend", "revoke"])
def test_opening_and_its_rivals_have_one_outcome(invite: type[Workflow[Any]], tokens: list[str], rival: str) -> None:
    """Either the link opened first, or what makes it useless did: never both."""
    flow = begin(invite, email="ada@example.com").flow_id
    assert flow is not None

    def end(status: Any) -> bool:
        return rounds.end_by_staff(Flow, flow, status=status)

    acts: dict[str, Callable[[], bool]] = {
        "cancelled": lambda: end("cancelled"),
        "expired": lambda: end("expired"),
        "resend": lambda: rounds.resend_by_staff(Flow, flow),
        "revoke": lambda: rounds.revoke_by_staff(Flow, flow),
    }
    opened, acted = at_once(2, lambda number: acts[rival]() if number else insistent(lambda: open_link(tokens[0], 1)))
    row = Flow.objects.get()
    if isinstance(opened, Answer):
        # Staff may end what was opened before; a link that was used is neither sent again nor revoked.
        assert not acted or rival in {"cancelled", "expired"}
        assert row.status == (rival if acted else "paused")
    else:
        assert (opened.error_code, acted) == ("invalid-token", True)
        assert row.status == (rival if rival in {"cancelled", "expired"} else "waiting")
    assert Link.objects.filter(status="used").count() == isinstance(opened, Answer)


@pytest.mark.parametrize("point", ["claim", "letter", "send", "sent"])
def test_no_link_is_lost_when_sending_fails(
    invite: type[Workflow[Any]], tokens: list[str], monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    """Wherever it fails, the message is sent in the end, and its link is accepted once."""
    begin(invite, email="ada@example.com")
    with monkeypatch.context() as broken:

        def fail(*arguments: Any, **options: Any) -> Any:
            raise OSError("The mail server is gone.")

        targets = {
            "claim": "wfapp.links.delivery.claim",
            "letter": "wfapp.links.claims.Claimed.letter",
            "send": "wfapp.links.channels.EmailChannel.send",
            "sent": "wfapp.links.claims.Claimed.sent",
        }
        broken.setattr(targets[point], fail)
        try:
            deliver_due()
        except OSError:
            assert point in {"claim", "sent"}
    OutgoingMessage.objects.filter(status="queued").update(due_at=Flow.objects.get().created_at)
    deliver_due()
    assert OutgoingMessage.objects.get().status == "sent"
    letters = [message for message in mail.outbox if tokens[0] in str(message.body)]
    assert letters
    assert {letter.extra_headers["Message-ID"] for letter in letters} == {OutgoingMessage.objects.get().message_id}
    assert len(tokens) == 1
    results = at_once(2, lambda number: insistent(lambda: open_link(tokens[0], number)))
    assert outcomes(results) == {"form": 1, "invalid-token": 1}


def test_a_round_that_raises_behind_its_link_leaves_none(
    invite: type[Workflow[Any]], tokens: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The link and its message stand and fall with the round."""

    def fail(*arguments: Any) -> None:
        raise OSError("The database is full.")

    monkeypatch.setattr("wfapp.rounds.settle.enqueue", fail)
    with pytest.raises(OSError, match="full"):
        begin(invite, email="ada@example.com")
    assert not Flow.objects.exists()
    assert not Link.objects.exists()
    with pytest.raises(Fault) as refused:
        open_link(tokens[0], 1)
    assert refused.value.error_code == "invalid-token"


def test_links_are_purged_with_their_flow(invite: type[Workflow[Any]], tokens: list[str]) -> None:
    """Nothing is left to be found of one that is gone."""
    begin(invite, email="ada@example.com")
    begin(invite, email="bob@example.com")
    gone = Flow.objects.order_by("created_at").first()
    assert gone is not None
    Flow.objects.filter(pk=gone.pk).update(expires_at=gone.created_at)
    purge_flows(Flow, Flow.objects.latest("created_at").updated_at, 100)
    assert [link.flow for link in Link.objects.all()] == [Flow.objects.get().pk]


def test_what_a_link_takes(invite: type[Workflow[Any]], tokens: list[str]) -> None:
    """Minting: the link and its message on top of the round's own. Opening: six beside the store; looking: three."""
    answer = begin(invite)
    with CaptureQueriesContext(connection) as minted:
        play(answer, email="ada@example.com")
    with CaptureQueriesContext(connection) as shown:
        rounds.show(Token.parse(tokens[0]), caller=browser(1))
    with CaptureQueriesContext(connection) as opened:
        open_link(tokens[0], 1)
    assert [len(statements(queries)) for queries in (minted, shown, opened)] == [3 + STORE, 3, 6 + STORE]


def test_of_two_staff_at_once_one_answers() -> None:
    """The other reads that it was answered: neither the person's page nor a fault."""
    staff = [User.objects.create_superuser(f"staff-{number}") for number in range(4)]
    flow = Approval.start(data={"applicant": "Ann"})
    callers = [Caller(door="page", user=user) for user in staff]
    granted = [rounds.staff_token(Flow, flow.id, caller=caller) for caller in callers]
    answer = Input(values={"verdict": "yes"})
    results = at_once(
        4, lambda number: insistent(lambda: rounds.play(granted[number], caller=callers[number], input=answer))
    )
    assert outcomes(results) == {"waiting": 4}
    assert [result.page for result in results] == [None] * 4
    assert FlowEvent.objects.filter(kind="submitted", step="review").count() == 1
    end = flow.submit({"name": "Ann"})
    assert end.end is not None
    assert end.end.data == {"name": "Ann", "runs": 1}


def test_a_sign_in_by_staff_binds_the_end_to_nobody_else() -> None:
    """The person still reads how their flow ended; nobody is signed in."""
    with isolated_registry():

        class Vouched(Workflow[InviteContext]):
            name = "promises/vouched"
            ask = step(form=NameForm)

            @step(form=CodeForm, permission="wfapp.view_flow")
            def vouch(self, form: CodeForm) -> Finish:
                return Finish(sign_in=User.objects.get(username="ada"), data={"done": True})

        User.objects.create_user("ada")
        rita = Caller(door="page", user=User.objects.create_superuser("rita"), browser="r" * 43, transport="cookie")
        waiting = play(begin(Vouched, browser(1)), browser(1), name="Ada")
        assert (waiting.status, waiting.token is not None) == ("waiting", True)
        token = rounds.staff_token(Flow, Flow.objects.get().pk, caller=rita)
        done = rounds.play(token, caller=rita, input=Input(values={"code": "1"}))
        assert (done.status, done.effects, done.end) == ("waiting", None, None)
        shown = rounds.show(waiting.token, caller=browser(1))  # type: ignore[arg-type]
        assert shown.end is not None
        assert (shown.end.data, shown.effects) == ({"done": True}, None)
