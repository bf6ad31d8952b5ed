"""What a link must not do: give away what was answered before it, stand in for another one, or be taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from tests.integration.link_samples import link_in_mail
from tests.integration.pages.visitor import Sheet, Visitor
from tests.integration.people_samples import Passed, SignUp
from tests.integration.test_links import post, token_of
from wfapp import rounds
from wfapp.declaration.display import drawing_of
from wfapp.errors import NotSendable, RoundError
from wfapp.links.outbox import deliver_due
from wfapp.models import Flow, Link, LinkStatus, OutgoingMessage
from wfapp.rounds.answer import Caller

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.people_samples")]


@pytest.fixture(autouse=True)
def templates_that_ship(settings: Any) -> None:
    """Draw wfapp's own templates."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]


def signed_in(user: User) -> Visitor:
    visitor = Visitor()
    visitor.client.force_login(user)
    return visitor


def sign_up(sender: Visitor) -> Sheet:
    return sender.submit(sender.open("/sign-up/"), applicant="Sam", income="a lot")


def start(client: Client, workflow: str, key: str = "", **values: str) -> tuple[int, dict[str, Any]]:
    body = {"wfid": workflow, "input": {"formData": values}}
    headers = {"Idempotency-Key": key} if key else {}
    response = client.post("/wf/", body, content_type="application/json", headers=headers)
    return response.status_code, response.json()


def test_what_was_answered_before_is_for_nobody_who_opens_a_link() -> None:
    """They neither go back to it, nor is it among their answers."""
    sender, guest = Visitor(), Visitor()
    sign_up(sender)
    join = guest.submit(guest.open(link_in_mail()), "wf.start")
    assert (join.heading, 'value="wf.back"' in join.text) == ("Join", False)
    assert guest.submit(join, "wf.back").status == 422
    confirm = guest.submit(guest.open(join.address), name="Ada")
    assert ("a lot" in confirm.text, "Sam" in confirm.text, "Ada" in confirm.text) == (False, False, True)
    assert 'value="wf.change.join' in confirm.text
    assert guest.submit(confirm, "wf.change.who").status == 422
    assert guest.submit(guest.open(confirm.address), "wf.back").heading == "Join"


@pytest.mark.urls("tests.integration.link_samples")
def test_another_device_is_the_same_persons() -> None:
    """It goes back as the first one did, and the code shows the address that stands below it."""
    sender, phone = Visitor(), Visitor()
    second = sender.submit(sender.open("/moving/"), name="Ada")
    shown = sender.submit(second, "phone")
    address = shown.text.partition("<code>https://site.example")[2].partition("</code>")[0]
    assert 'aria-label="QR code"' in shown.text
    there = phone.submit(phone.open(address), "wf.start")
    assert (there.heading, phone.submit(there, "wf.back").heading) == ("Second", "First")


@pytest.mark.urls("tests.integration.link_samples")
def test_another_device_on_the_wire() -> None:
    """The address, its end, and the code as display fields draw one."""
    client = Client()
    _status, second = start(client, "links/moving", name="Ada")
    device = post(client, wfs=second["wfs"], input={"action": "phone"})[1]["device"]
    assert device["url"].startswith("https://site.example/moving/?wfs=link.")
    assert device["qr"] == drawing_of(device["url"])
    assert set(device) == {"url", "expiresAt", "qr"}


@pytest.mark.parametrize("action", ["wf.cancel", "wf.back", "wf.resend", "anything", ""])
def test_an_action_does_not_open_a_link(action: str) -> None:
    """Whoever sends one gets a 400, and the link opens afterwards."""
    client = Client()
    start(client, "people/sign-up", applicant="Sam")
    token = token_of(link_in_mail())
    assert post(client, wfs=token, input={"action": action})[0] == 400
    assert Link.objects.get().status == LinkStatus.OPEN
    assert post(client, wfs=token, input={"formData": {}})[1]["status"] == "form"


def test_a_refresh_does_not_open_a_link() -> None:
    """It shows where the link leads."""
    client = Client()
    start(client, "people/sign-up", applicant="Sam")
    token = token_of(link_in_mail())
    status, landing = post(client, wfs=token, input={"action": "wf.refresh", "formData": {}})
    assert (status, landing["status"]) == (200, "landing")
    assert Link.objects.get().status == LinkStatus.OPEN


def test_a_flow_that_went_on_without_its_link_is_not_to_be_had_by_it() -> None:
    """Nor does it wait any more, nor is the mail sent."""
    client = Client()
    _status, waiting = start(client, "people/detour", name="Sam")
    token = token_of(link_in_mail())
    status, inside = post(client, wfs=waiting["watch"], input={"action": "skip"})
    assert (status, inside["status"], inside["inputRequired"]["view"]["title"]) == (200, "form", "Inside")
    assert post(client, wfs=token, input={"formData": {}})[0] == 410
    assert "What this link led to is over." in Visitor().open(f"/detour/?wfs={token}").text
    assert post(client, wfs=inside["wfs"])[0] == 200


def test_another_device_does_not_stand_in_for_a_link() -> None:
    """It would prove what only the link proves: a mistake of the author's, and nothing is minted."""
    client = Client(raise_request_exception=False)
    _status, waiting = start(client, "people/detour", name="Sam")
    assert post_raw(client, wfs=waiting["watch"], input={"action": "phone"}) == 500
    assert Link.objects.count() == 1


def post_raw(client: Client, **body: Any) -> int:
    return client.post("/wf/", body, content_type="application/json").status_code


@pytest.mark.parametrize(
    ("status", "text"),
    [("cancelled", "What this link led to was cancelled."), ("expired", "What this link led to is over.")],
)
def test_a_link_to_what_staff_ended(status: Any, text: str) -> None:
    """The landing page says so, before and after its button is pressed."""
    sender, guest = Visitor(), Visitor()
    sign_up(sender)
    link = link_in_mail()
    landing = guest.open(link)
    assert rounds.end_by_staff(Flow, Flow.objects.get().pk, status=status)
    for sheet in (guest.open(link), guest.submit(landing, "wf.start")):
        assert (sheet.status, sheet.heading, text in sheet.text) == (410, "This link cannot be used", True)


def test_a_link_to_a_flow_whose_time_is_over() -> None:
    """As a link whose own time is over."""
    guest = Visitor()
    sign_up(Visitor())
    link = link_in_mail()
    with pytest.MonkeyPatch.context() as patch:
        later = timezone.now() + timedelta(days=8)
        patch.setattr(timezone, "now", lambda: later)
        assert "This link has expired." in guest.open(link).text


@pytest.mark.parametrize("door", ["page", "rest"])
def test_continuing_does_not_take_a_flow_back_from_who_opened_its_link(door: str) -> None:
    """A second start comes back to the waiting page; after the link was opened it begins anew."""
    user = User.objects.create_user("sam")
    sender, guest = signed_in(user), Client()
    sign_up(sender)
    if door == "page":
        again = sender.submit(sender.open("/sign-up/"), "wf.start")
        assert (again.status, again.heading) == (200, "Invite")
    else:
        client = Client()
        client.force_login(user)
        assert start(client, "people/sign-up")[1]["status"] == "waiting"
    assert Flow.objects.count() == 1
    _status, join = post(guest, wfs=token_of(link_in_mail()), input={"formData": {}})
    assert join["status"] == "form"
    fresh = rounds.start(SignUp, caller=Caller(door="python", user=user, trusted=True), params={})
    assert (fresh.status, Flow.objects.count()) == ("form", 2)
    assert post(guest, wfs=join["wfs"])[0] == 200


def test_continuing_comes_back_to_what_the_same_user_opened_elsewhere() -> None:
    """A link that the user who started the flow opened keeps it theirs, on every device."""
    user = User.objects.create_user("sam")
    laptop, phone = signed_in(user), signed_in(user)
    sign_up(laptop)
    join = phone.submit(phone.open(link_in_mail()), "wf.start")
    assert join.heading == "Join"
    back = laptop.submit(laptop.open("/sign-up/"), "wf.start")
    assert (back.heading, Flow.objects.count()) == ("Join", 1)
    assert phone.open(join.address).status == 410


def test_a_key_comes_back_to_watch_alone() -> None:
    """Whoever repeats their start learns that it goes on elsewhere, and how it ended; the recipient notices nothing."""
    client, guest, key = Client(), Client(), "k" * 22
    _status, waiting = start(client, "people/sign-up", key, applicant="Sam")
    again = start(client, "people/sign-up", key, applicant="Sam")[1]
    assert (again["status"], again["sent"]) == ("waiting", True)
    assert again["watch"] != waiting["watch"]
    _status, join = post(guest, wfs=token_of(link_in_mail()), input={"formData": {}})
    watching = start(client, "people/sign-up", key, applicant="Sam")[1]
    assert (watching["status"], watching["elsewhere"], "wfs" in watching) == ("waiting", True, False)
    assert post(client, wfs=watching["watch"], input={"action": "wf.cancel"})[1]["elsewhere"] is True
    _status, confirm = post(guest, wfs=join["wfs"], input={"formData": {"name": "Ada"}})
    assert post(guest, wfs=confirm["wfs"], input={"formData": {"email": "a@b.example"}})[1]["status"] == "finished"
    end = start(client, "people/sign-up", key, applicant="Sam")[1]
    assert end == {"status": "finished", "finished": True, "data": {}}


def test_code_that_finds_a_flow_that_waits_for_its_link() -> None:
    """A submission answers nothing; the moves are there."""
    sign_up(Visitor())
    handle = SignUp.flows.get()
    assert handle.submit({"name": "Eve"}).status == "waiting"
    assert handle.action("wf.refresh").status == "waiting"
    assert [message.text for message in handle.action("wf.resend").messages] == [
        "Please wait a moment before you try this again."
    ]
    assert handle.cancel().end is not None


def test_the_mail_of_a_dead_link_is_not_sent() -> None:
    """Used, revoked, replaced or cancelled before its turn came: it is dropped, and its text is gone."""
    for kill in (
        lambda flow: rounds.revoke_by_staff(Flow, flow),
        lambda flow: rounds.resend_by_staff(Flow, flow),
        lambda flow: rounds.end_by_staff(Flow, flow, status="cancelled"),
        lambda flow: Link.objects.filter(flow=flow).update(status=LinkStatus.USED),
    ):
        sign_up(Visitor())
        first = OutgoingMessage.objects.order_by("-created_at").first()
        assert first is not None
        kill(first.flow)
        deliver_due()
        first.refresh_from_db()
        assert (first.status, bytes(first.body)) == ("dropped", b"")
    assert len(mail.outbox) == 1


def test_after_a_change_of_keys_a_newer_link_replaces_older_ones(settings: Any) -> None:
    """What stands for the value was made with another key."""
    settings.ROOT_URLCONF = "tests.integration.link_samples"
    sender = Visitor()
    sender.submit(sender.open("/invite/"), email="ada@example.com")
    old = link_in_mail()
    before = settings.WFAPP.get("KEYS") or []
    settings.WFAPP = settings.WFAPP | {"KEYS": ["n" * 50, *(before or [settings.SECRET_KEY])]}
    other = Visitor()
    other.submit(other.open("/invite/"), email="ada@example.com")
    assert "A newer link was sent since." in Visitor().open(old).text
    assert Visitor().open(link_in_mail()).status == 200


def test_replacing_by_an_unknown_key_names_the_step() -> None:
    """And the legal ones."""
    with pytest.raises(RoundError, match=r"'invite': replaces='unknown' is no key .* legal are applicant, income,"):
        Passed.start(data={"name": "Sam"})
    assert not Flow.objects.exists()


def test_a_template_that_does_not_exist_names_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left behind."""
    monkeypatch.setattr(Passed, "template", "flows/mail/missing")
    monkeypatch.setattr(Passed, "key", "")
    with pytest.raises(NotSendable, match="Step 'invite': 'flows/mail/missing' has no template"):
        Passed.start(data={"name": "Sam"})
    assert not Flow.objects.exists()
