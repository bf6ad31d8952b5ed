"""What each verb sends, and where the client stands after the answer."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.unit.client.recorded import END, LOST, Player, answer, fault, page
from wfapp.client import BadValue, ClientError, Gone, Malformed, NoFlow, Stale, StillPending, Unreachable

TOKEN = "database.secret-of-the-flow.1"


def test_a_start_says_what_the_flow_begins_with() -> None:
    """Its data are the answer to the first form."""
    client = Player(page(1), params={"cart": 7}, next="/account/").start({"username": "bob"}, password="x")
    assert client.bodies == [
        {
            "wfid": "auth/login",
            "params": {"cart": 7},
            "next": "/account/",
            "input": {"formData": {"username": "bob", "password": "x"}},
        }
    ]
    assert client.token == TOKEN


def test_a_start_has_no_input_without_data() -> None:
    """An empty mapping is the answer to an empty form."""
    client = Player(page(1), page(1)).start().start({})
    assert client.bodies == [{"wfid": "auth/login"}, {"wfid": "auth/login", "input": {"formData": {}}}]
    assert client.posts[0].key != client.posts[1].key


def test_without_a_record_the_answer_follows_with_a_token() -> None:
    """A start that no key guards may run twice: so it runs nothing, and the client remembers it."""
    no_key = fault(400, "no-key")
    client = Player(no_key, page(1), page(2, step="next"), page(3), page(4)).start(code="492816")
    assert client.bodies[1:] == [{"wfid": "auth/login"}, {"wfs": TOKEN, "input": {"formData": {"code": "492816"}}}]
    assert [bool(post.key) for post in client.posts] == [True, False, False]
    assert (client.view["step"], client.form_data) == ("next", {})
    client.restart()
    assert (client.bodies[3], client.posts[3].key) == ({"wfid": "auth/login"}, "")


def test_an_answer_that_follows_a_start_is_not_lost_with_it() -> None:
    """What failed between the two is taken up by retry()."""
    client = Player(LOST, fault(400, "no-key"), LOST, page(1), page(2, step="next"), patience=0)
    for _ in range(2):
        with pytest.raises(Unreachable):
            client.start(code="492816") if not client.posts else client.retry()
    assert client.retry().view["step"] == "next"
    assert client.bodies[-1] == {"wfs": TOKEN, "input": {"formData": {"code": "492816"}}}


def test_an_answer_follows_no_page_that_is_not_there() -> None:
    """Such as that of a flow that waits for somebody else."""
    waiting = {"status": "waiting", "wfs": TOKEN, "view": {"title": "Approve", "actions": []}}
    assert Player(fault(400, "no-key"), waiting).start(code="492816").status == "waiting"


def test_submit_sends_exactly_what_it_is_given() -> None:
    """Or what stands in the form."""
    client = Player(page(1, initial={"note": "n"}), page(2, errors={"code": "Invalid code"}), page(3)).start()
    assert client.submit(code="1").bodies[-1] == {"wfs": TOKEN, "input": {"formData": {"code": "1"}}}
    assert client.submit().bodies[-1]["input"] == {"formData": {"code": "1"}}


def test_an_action_takes_the_fields_where_it_asks_for_them() -> None:
    """Others get data only where they are given some."""
    client = Player(page(1, initial={"code": "1"}), *(page(number) for number in range(2, 6))).start()
    for call in (
        lambda: client.action("resend"),
        lambda: client.action("save_draft"),
        lambda: client.action("resend", code="2"),
        lambda: client.action("save_draft", {"code": "3"}),
    ):
        call()
    assert [body["input"] for body in client.bodies[1:]] == [
        {"action": "resend"},
        {"action": "save_draft", "formData": {"code": "1"}},
        {"action": "resend", "formData": {"code": "2"}},
        {"action": "save_draft", "formData": {"code": "3"}},
    ]


def test_an_action_of_a_live_page_sends_what_it_is_drawn_from() -> None:
    """Else the fields that depend on what is typed would be gone from the page that comes back."""
    body = page(1, initial={"code": "1"})
    body["inputRequired"]["view"]["live"] = True
    client = Player(body, page(2)).start().action("resend")
    assert client.bodies[-1]["input"] == {"action": "resend", "formData": {"code": "1"}}


def test_the_other_verbs_are_actions_and_a_look() -> None:
    """Each under its own name."""
    client = Player(*(page(1, initial={"code": "1"}) for _ in range(5)), token=TOKEN)
    client.look().refresh().refresh(code="2").back().cancel()
    assert [body.get("input") for body in client.bodies] == [
        None,
        {"action": "wf.refresh", "formData": {"code": "1"}},
        {"action": "wf.refresh", "formData": {"code": "2"}},
        {"action": "wf.back"},
        {"action": "wf.cancel"},
    ]


def test_state_is_what_the_answer_says() -> None:
    """A page, its context without the errors, and the payload with the view laid over it."""
    body = page(1, errors={"code": "No"}, messages=[{"level": "info", "text": "Sent."}])
    body["inputRequired"]["view"]["fields"] = {"code": None}
    client = Player(body).start()
    assert (client.status, client.finished, client.response) == ("form", False, body)
    assert (client.context, client.errors) == ({"email": "bob@example.com"}, {"code": "No"})
    assert client.messages == [{"level": "info", "text": "Sent."}]
    assert client.merged is not None
    assert client.merged["schema"] == {"type": "object", "properties": {}}
    assert client.payload == body["inputRequired"]["payload"]


def test_an_end_leaves_no_token() -> None:
    """Nor what was typed; a restart begins anew with what the flow began with."""
    client = Player(page(1), END, page(1), params={"cart": 7}, next="/").start().submit(code="1")
    assert (client.form_data, client._last) == ({}, None)
    assert (client.finished, client.data, client.token, client.payload) == (True, END["data"], None, None)
    with pytest.raises(NoFlow, match=r"^This flow has ended: restart\(\) begins one\.$"):
        client.submit(code="1")
    assert client.restart().bodies[-1] == {"wfid": "auth/login", "params": {"cart": 7}, "next": "/"}
    assert client.status == "form"


def test_an_aborted_flow_tells_why() -> None:
    """It is an end, too."""
    aborted = {"status": "aborted", "finished": True, "aborted": True, "reason": "gave-up"}
    client = Player(page(1), aborted).start().cancel()
    assert (client.finished, client.status, client.reason, client.data) == (True, "aborted", "gave-up", {})


def test_a_wait_is_watched_with_its_own_token() -> None:
    """And shows what can be done meanwhile."""
    action = {"id": "wf.resend", "label": "Send it again", "withData": False}
    waiting = {
        "status": "waiting",
        "sent": True,
        "watch": "database.watch.2",
        "view": {"title": "", "actions": [action]},
    }
    client = Player(page(1), waiting, waiting).start().submit(code="1")
    assert (client.status, client.token, client.payload, client.form_data) == ("waiting", "database.watch.2", None, {})
    assert client.supports_action("wf.resend")
    assert client.look().bodies[-1] == {"wfs": "database.watch.2"}


def test_a_stale_page_is_told_and_the_client_stands_at_the_current_one() -> None:
    """What was typed is kept where that is the same form; there is nothing to send again."""
    current = page(2, initial={"note": "data:text/plain;name=old.txt;size=2;upload=0f8b;base64,"})
    client = Player(page(1), fault(409, "stale", beside=current), page(3)).start()
    typed = {"code": "1", "note": ("new.txt", b"Ho")}
    with pytest.raises(Stale, match=r"The client stands at it now\.$"):
        client.submit(typed)
    assert client.form_data == typed
    assert (client.status, client.token, client.errors) == ("form", "database.secret-of-the-flow.2", {})
    with pytest.raises(NoFlow, match=r"^There is nothing to send again"):
        client.retry()
    assert client.submit(code="2").bodies[-1]["wfs"] == "database.secret-of-the-flow.2"


def test_a_stale_wait_is_a_wait() -> None:
    """Its body has no form."""
    waiting = {"status": "waiting", "wfs": "database.secret.2", "view": {"title": "Approve", "actions": []}}
    client = Player(page(1), fault(409, "stale", beside=waiting)).start()
    with pytest.raises(Stale):
        client.submit(code="1")
    assert (client.status, client.view) == ("waiting", waiting["view"])


def test_where_the_server_works_by_now_a_stale_client_can_wait() -> None:
    """Its look comes with the work beside the error."""
    work = {"status": "pending", "pending": {"step": "provision"}, "retryAfterMs": 250, "wfs": TOKEN}
    client = Player(fault(409, "stale", beside=work), END, token="database.secret-of-the-flow.0")
    with pytest.raises(Stale):
        client.look()
    assert (client.status, client.pending) == ("pending", {"step": "provision"})
    assert (client.wait().finished, client.pauses) == (True, [0.25])


def test_a_restart_never_sends_the_dead_token() -> None:
    """Nor what was typed into the flow that is gone."""
    client = Player(page(1), fault(410, "invalid-token"), page(1)).start()
    with pytest.raises(Gone, match=r"restart\(\) begins another one\.$"):
        client.submit(code="1")
    assert client.restart().bodies[-1] == {"wfid": "auth/login"}
    assert client.form_data == {}


def test_pending_work_is_waited_for_at_the_servers_pace() -> None:
    """Whoever has nothing pending waits for nothing."""

    def pending(progress: float) -> dict[str, Any]:
        work = {"step": "provision", "progress": progress, "text": "Creating your workspace"}
        return {"status": "pending", "pending": work, "retryAfterMs": 250, "wfs": TOKEN}

    client = Player(page(1), pending(0.1), pending(0.9), END).start().wait().submit(code="1")
    assert (client.status, client.pending) == ("pending", pending(0.1)["pending"])
    assert client.wait().finished
    assert client.bodies[-2:] == [{"wfs": TOKEN}] * 2
    assert (client.pauses, client.pending) == ([0.25, 0.25], None)


def test_a_server_that_knows_no_pace_is_not_asked_all_the_time() -> None:
    """It may say 0."""
    work = {"status": "pending", "pending": {"step": "provision"}, "retryAfterMs": 0, "wfs": TOKEN}
    assert Player(work, END, token=TOKEN).look().wait().pauses == [0.1]


def test_pending_work_is_not_waited_for_for_ever() -> None:
    """The exception tells how far it is."""
    work = {"status": "pending", "pending": {"step": "provision", "progress": 0.4}, "wfs": TOKEN}
    client = Player(work, token=TOKEN).look()
    with pytest.raises(
        StillPending, match=r"^The server still works at 'provision'\. wait\(\) waits again\.$"
    ) as raised:
        client.wait(timeout=0)
    assert (raised.value.step, raised.value.progress) == ("provision", 0.4)


def test_an_action_is_supported_where_the_page_offers_it() -> None:
    """The change of an earlier answer included."""
    body = page(1)
    body["inputRequired"]["view"]["answers"] = [{"step": "name", "change": "wf.change.0"}, {"step": "fixed"}]
    client = Player(body).start()
    asked = ("resend", "wf.change.0", "wf.back")
    assert [client.supports_action(id) for id in asked] == [True, True, False]


def test_a_verb_needs_a_flow() -> None:
    """Or a name to start one; each says what to do."""
    with pytest.raises(NoFlow, match=r"^There is no flow yet: start\(\) begins one\.$"):
        Player().submit()
    with pytest.raises(NoFlow, match=r"with a token alone starts nothing: give the name"):
        Player(name=None, token=TOKEN).start()
    with pytest.raises(ValueError, match="Give the name of a workflow to start, the token of a flow"):
        Player(name=None)


def test_what_cannot_be_sent_changes_nothing() -> None:
    """The flow goes on."""
    client = Player(page(1, initial={"note": "n"}), page(2)).start()
    with pytest.raises(BadValue):
        client.submit(code=object())
    with pytest.raises(BadValue):
        client.start(code=object())
    assert (client.token, client.form_data, len(client.posts)) == (TOKEN, {"note": "n"}, 1)


def test_one_verb_at_a_time() -> None:
    """Two at once would answer one page twice."""
    client = Player()
    with client._alone, pytest.raises(ClientError, match=r"^Another verb of this client is on"), client._alone:
        pass
    with client._alone:
        pass


def test_the_log_tells_verbs_and_no_values(caplog: pytest.LogCaptureFixture) -> None:
    """What was asked of which workflow, what came of it, and how long it took."""
    client = Player(page(1), fault(400, "malformed"), LOST, END, patience=0)
    with caplog.at_level(logging.DEBUG, "wfapp.client"):
        client.start()
        with pytest.raises(Malformed):
            client.submit(code="492816")
        with pytest.raises(Unreachable):
            client.retry()
        client.action("resend")
    told = [record.getMessage().partition(",")[0] for record in caplog.records]
    assert told == [
        "start of auth/login: form (200)",
        "submit of auth/login: malformed (400)",
        "submit of auth/login: ReadError (0)",
        "action of auth/login: finished (200)",
    ]


def test_the_log_has_no_words_but_those_of_the_wire(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever answers may send back what it got."""
    client = Player(fault(400, "hunter2"), answer({"status": "hunter2\nroot: all is well"}))
    with caplog.at_level(logging.DEBUG, "wfapp.client"):
        for _ in range(2):
            with pytest.raises(ClientError):
                client.start()
    assert [record.getMessage().partition(",")[0] for record in caplog.records] == [
        "start of auth/login: - (400)",
        "start of auth/login: - (200)",
    ]


def test_repr_tells_where_a_client_stands() -> None:
    """By names alone."""
    client = Player(page(1), answer(END))
    assert repr(client) == "<Player auth/login: not started>"
    assert repr(client.start(code="492816")) == "<Player auth/login: form verify>"
    assert repr(client.submit()) == "<Player auth/login: finished>"
    assert repr(Player(name=None, token=TOKEN)) == "<Player by its token: not started>"
