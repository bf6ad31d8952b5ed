"""Steps that wait for somebody with a permission: what the person sees, and what staff may do."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from tests.integration.pages.visitor import Sheet, Visitor
from wfapp import rounds
from wfapp.errors import InvalidToken, NotAllowed
from wfapp.models import Flow, FlowEvent
from wfapp.rounds.answer import Caller, Input
from wfapp.storage.tokens import Token

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.people_samples")]


@pytest.fixture(autouse=True)
def templates_that_ship(settings: Any) -> None:
    """Draw wfapp's own templates."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]


@pytest.fixture
def person() -> Visitor:
    """Give the browser of who applies."""
    return Visitor()


def reviewer(name: str = "rita") -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_flow"))
    return User.objects.get(pk=user.pk)


def apply(person: Visitor) -> Sheet:
    return person.submit(person.open("/approval/"), applicant="Ann", income="a lot")


def desk(user: User) -> tuple[Visitor, Sheet]:
    """Open the flow that waits, from the admin."""
    staff = Visitor()
    staff.client.force_login(user)
    flow = Flow.objects.get()
    page = staff.client.get(f"/admin/wfapp/flow/{flow.pk}/change/")
    assert f"/admin/wfapp/flow/{flow.pk}/answer/" in page.content.decode()
    token = staff.client.cookies["csrftoken"].value
    response = staff.client.post(f"/admin/wfapp/flow/{flow.pk}/answer/", {"csrfmiddlewaretoken": token})
    assert response.status_code == 303
    return staff, staff.open(response["Location"])


def token_for(user: User) -> Token:
    return rounds.staff_token(Flow, Flow.objects.get().pk, caller=Caller(door="page", user=user))


def wire(client: Client, wfs: Any, **input: Any) -> tuple[int, dict[str, Any]]:
    body = {"wfs": str(wfs), **({"input": input} if input else {})}
    response = client.post("/wf/", body, content_type="application/json")
    return response.status_code, response.json()


def test_an_approval(person: Visitor) -> None:
    """The person waits and comes back; staff answer from the admin, and see what their step passes."""
    waiting = apply(person)
    assert (waiting.status, waiting.heading) == (200, "Application")
    assert waiting.link("Check again") == waiting.address
    staff, page = desk(reviewer())
    assert (page.heading, "a lot" in page.text) == ("Review Ann", False)
    done = staff.submit(page, verdict="yes", note="An internal note")
    assert "Thank you: this step is done." in done.text
    assert "You may sign" not in done.text
    back = person.open(waiting.address)
    assert (back.heading, "An internal note" in back.text) == ("You may sign: yes", False)
    assert "Done" in person.submit(back, name="Ann").title
    assert staff.open(page.address).status == 200


def test_who_answered_stands_on_the_timeline(person: Visitor) -> None:
    """By the name of the member of staff."""
    apply(person)
    staff, page = desk(rita := reviewer())
    staff.submit(page, verdict="yes")
    assert FlowEvent.objects.get(kind="submitted", step="review").actor == rita


def test_a_refusal_ends_the_flow(person: Visitor) -> None:
    """The person reads it on their page."""
    waiting = apply(person)
    staff, page = desk(reviewer())
    assert "Thank you" in staff.submit(page, verdict="no").text
    assert "It was declined." in person.open(waiting.address).text


def test_a_rejected_answer_comes_back_to_staff(person: Visitor) -> None:
    """With errors and what was typed; the person still waits."""
    waiting = apply(person)
    staff, page = desk(reviewer())
    again = staff.submit(page, verdict="yes", note="refuse")
    assert (again.status, again.problems) == (422, ["Note: Say more."])
    assert "Say more" not in person.open(waiting.address).text
    assert "Thank you" in staff.submit(again, verdict="yes", note="").text


def test_an_action_of_the_step(person: Visitor) -> None:
    """Staff have the actions of their step; what these say is said to staff."""
    waiting = apply(person)
    staff, page = desk(reviewer())
    noted = staff.submit(page, "take_note")
    assert (noted.status, noted.messages) == (200, ["Noted, among us."])
    assert "among us" not in person.open(waiting.address).text
    assert "Thank you" in staff.submit(noted, verdict="yes").text


@pytest.mark.parametrize("move", ["wf.back", "wf.cancel", "wf.resend", "wf.change.apply", "phone"])
def test_moves_are_none_of_staffs(person: Visitor, move: str) -> None:
    """They answer one step: they neither go back, nor cancel, nor take the flow to their phone."""
    apply(person)
    staff, page = desk(reviewer())
    assert f'value="{move}"' not in page.text or move == "phone"
    refused = staff.submit(page, move)
    assert (refused.status, "This is not possible here." in refused.text) == (422, True)
    assert "wfs=link." not in refused.text
    assert Flow.objects.get().step == "review"


def test_a_lost_permission(person: Visitor) -> None:
    """Whoever loses it between page and post gets a 403, and nothing runs."""
    apply(person)
    rita = reviewer()
    staff, page = desk(rita)
    rita.user_permissions.clear()
    assert staff.submit(page, verdict="yes").status == 403
    assert staff.open(page.address).status == 403
    assert Flow.objects.get().step == "review"


def test_a_token_of_staff_is_nobody_elses(person: Visitor) -> None:
    """Nor is it of any use to somebody who is not signed in."""
    apply(person)
    token, other = token_for(reviewer()), reviewer("otto")
    for user in (other, None):
        with pytest.raises(InvalidToken):
            rounds.show(token, caller=Caller(door="page", user=user))
    with pytest.raises(NotAllowed):
        token_for(User.objects.create_user("nobody"))


def test_the_second_of_two_reads_that_it_was_answered(person: Visitor) -> None:
    """Their page is stale: they see none of the person's next page."""
    apply(person)
    rita, rita_page = desk(reviewer())
    otto, otto_page = desk(reviewer("otto"))
    rita.submit(rita_page, verdict="yes")
    late = otto.submit(otto_page, verdict="no")
    assert (late.status, "Thank you" in late.text, "You may sign" in late.text) == (200, True, False)
    assert Flow.objects.get().step == "sign"


def test_the_second_of_two_before_it_was_answered(person: Visitor) -> None:
    """Where the first one pressed a button alone, the second one gets the page as it is now."""
    apply(person)
    rita, rita_page = desk(reviewer())
    otto, otto_page = desk(reviewer("otto"))
    rita.submit(rita_page, "take_note")
    stale = otto.submit(otto_page, verdict="yes")
    assert (stale.status, stale.heading, "among us" in stale.text) == (409, "Review Ann", False)
    assert "Thank you" in otto.submit(stale, verdict="yes").text


def test_staff_on_the_wire(person: Visitor) -> None:
    """The same token, with the session of its member of staff."""
    client, rita = Client(), reviewer()
    client.force_login(rita)
    apply(person)
    token = token_for(rita)
    status, page = wire(client, token)
    assert (status, page["status"], page["inputRequired"]["context"]) == (200, "form", {"applicant": "Ann"})
    assert [action["id"] for action in page["inputRequired"]["view"]["actions"]] == ["take_note", "phone"]
    assert wire(client, page["wfs"], action="wf.refresh", formData={"verdict": "no"})[1]["status"] == "form"
    status, rejected = wire(client, page["wfs"], formData={"verdict": "yes", "note": "refuse"})
    assert rejected["inputRequired"]["context"]["errors"] == {"note": "Say more."}
    status, done = wire(client, rejected["wfs"], formData={"verdict": "yes"})
    assert (status, done["status"], done["elsewhere"]) == (200, "waiting", True)
    assert wire(Client(), token)[0] == 410


def test_a_look_from_the_wire_after_staff_moved_on() -> None:
    """Whoever waits holds an older revision: the next page is a plain 200 for them."""
    client, rita = Client(), reviewer()
    start = {"wfid": "people/approval", "input": {"formData": {"applicant": "Ann"}}}
    waiting = client.post("/wf/", start, content_type="application/json").json()
    assert (waiting["status"], [action["id"] for action in waiting["view"]["actions"]]) == ("waiting", ["wf.cancel"])
    desk_client = Client()
    desk_client.force_login(rita)
    wire(desk_client, token_for(rita), formData={"verdict": "yes"})
    status, page = wire(client, waiting["wfs"])
    assert (status, page["status"], page["inputRequired"]["view"]["title"]) == (200, "form", "You may sign: yes")
    assert wire(client, waiting["wfs"], action="wf.cancel")[0] == 409
    assert wire(client, page["wfs"], formData={"name": "Ann"})[1]["data"] == {"name": "Ann", "runs": 1}


def test_whoever_waits_may_cancel(person: Visitor) -> None:
    """Where the workflow lets people cancel; staff read that there is nothing left to do."""
    waiting = apply(person)
    staff, page = desk(reviewer())
    assert person.submit(waiting, "wf.cancel").status == 200
    assert Flow.objects.get().status == "cancelled"
    done = staff.submit(page, verdict="yes").text
    assert "There is nothing left to do here." in done
    assert "Check again" not in done


def test_the_person_does_not_go_back_to_what_staff_answered(person: Visitor) -> None:
    """They neither see it among their answers nor undo it; their own pages they change."""
    waiting = apply(person)
    staff, page = desk(reviewer())
    staff.submit(page, verdict="yes", note="An internal note")
    sign = person.open(waiting.address)
    assert ('value="wf.back"' in sign.text, 'value="wf.change.review' in sign.text) == (False, False)
    assert 'value="wf.change.apply' in sign.text
    assert person.submit(sign, "wf.back").status == 422


def test_a_default_of_the_class_makes_nobody_a_deputy(person: Visitor) -> None:
    """Only a permission of the step itself lets somebody answer for somebody else."""
    rita = reviewer()
    person.open("/approval/")
    apply(person)
    staff = Visitor()
    staff.client.force_login(rita)
    flow = Flow.objects.get()
    desk_token = token_for(rita)
    rounds.play(desk_token, caller=Caller(door="page", user=rita), input=Input(values={"verdict": "yes"}))
    with pytest.raises(NotAllowed):
        rounds.staff_token(Flow, flow.pk, caller=Caller(door="page", user=rita))
