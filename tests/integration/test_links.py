"""Links: what they show, who may open them, and what is left for whoever sent them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.utils import timezone

from tests.integration.link_samples import link_in_mail
from tests.integration.pages.visitor import Sheet, Visitor
from wfapp.errors import NotSendable
from wfapp.links.outbox import deliver_due
from wfapp.models import Flow, FlowEvent, Link

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.integration.link_samples")]


@pytest.fixture(autouse=True)
def templates_that_ship(settings: Any) -> None:
    """Draw wfapp's own templates."""
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]


@pytest.fixture
def sender() -> Visitor:
    """Give the browser of who sends a link."""
    return Visitor()


@pytest.fixture
def guest() -> Visitor:
    """Give the browser of who opens one."""
    return Visitor()


def invite(sender: Visitor, email: str = "ada@example.com") -> Sheet:
    return sender.submit(sender.open("/invite/"), email=email)


def post(client: Client, **body: Any) -> tuple[int, dict[str, Any]]:
    response = client.post("/wf/", body, content_type="application/json")
    return response.status_code, response.json()


def token_of(link: str) -> str:
    return parse_qs(urlsplit(link).query)["wfs"][0]


def test_the_flow_waits_and_its_mail_has_the_link(sender: Visitor) -> None:
    """The page says who is invited; the link stands in the mail alone, on the site's own address."""
    sheet = invite(sender)
    assert (sheet.status, sheet.heading) == (200, "ada@example.com is invited")
    link = link_in_mail()
    assert link.startswith("/invite/?wfs=link.")
    assert mail.outbox[-1].to == ["ada@example.com"]
    assert token_of(link) not in sheet.text
    assert Flow.objects.get().status == "waiting"


def test_opening_moves_the_token_out_of_the_address(sender: Visitor, guest: Visitor) -> None:
    """A 303 comes before anything is drawn, and tells the next page nothing of the address."""
    invite(sender)
    link = link_in_mail()
    response = guest.client.get(link)
    assert (response.status_code, response["Referrer-Policy"]) == (303, "no-referrer")
    assert token_of(link) not in response["Location"]
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_consumes_nothing(sender: Visitor, guest: Visitor, method: str) -> None:
    """Programs that read mail open links: nothing changes in any row."""
    invite(sender)
    link = link_in_mail()
    before = Flow.objects.values().get(), Link.objects.values().get(), FlowEvent.objects.count()
    for _ in range(3):
        where = getattr(guest.client, method)(link)["Location"]
        assert getattr(guest.client, method)(where).status_code == 200
    assert (Flow.objects.values().get(), Link.objects.values().get(), FlowEvent.objects.count()) == before


def test_the_landing_page_hands_the_flow_over(sender: Visitor, guest: Visitor) -> None:
    """It says what the step said of it; its button goes on after the step that sent the link."""
    invite(sender)
    landing = guest.open(link_in_mail())
    assert (landing.heading, "Join</button>" in landing.text) == ("Join us", True)
    page = guest.submit(landing, "wf.start")
    assert (page.status, page.heading) == (200, "Welcome ada@example.com 1")
    response = guest.send(page, name="ada")
    assert (response.status_code, response["Location"]) == (303, "/")
    assert guest.client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_whoever_sent_it_only_watches(sender: Visitor, guest: Visitor) -> None:
    """They see that it goes on elsewhere and how it ended: no data, no message, no sign-in."""
    waiting = invite(sender)
    page = guest.submit(guest.open(link_in_mail()), "wf.start")
    watching = sender.open(waiting.address)
    assert (watching.status, "This goes on elsewhere." in watching.text) == (200, True)
    assert "Welcome" not in watching.text
    assert sender.submit(waiting, "wf.resend").status == 200
    guest.send(page, name="ada")
    ended = sender.open(waiting.address)
    assert (ended.status, ended.heading) == (200, "Done")
    assert "You are in." not in ended.text
    assert "_auth_user_id" not in sender.client.session


def test_a_double_click_on_the_landing_page(sender: Visitor, guest: Visitor) -> None:
    """The second post of the same browser finds the page that the first one led to."""
    invite(sender)
    link = link_in_mail()
    landing = guest.open(link)
    first, second = guest.submit(landing, "wf.start"), guest.submit(landing, "wf.start")
    assert (first.heading, second.heading) == ("Welcome ada@example.com 1",) * 2
    assert first.address == second.address
    assert guest.open(link).heading == "Welcome ada@example.com 1"


def test_another_browser_comes_too_late(sender: Visitor, guest: Visitor) -> None:
    """A link works once: everybody else reads why, and what to do."""
    invite(sender)
    link = link_in_mail()
    late = Visitor()
    shown = late.open(link)
    guest.submit(guest.open(link), "wf.start")
    for sheet in (late.submit(shown, "wf.start"), Visitor().open(link)):
        assert (sheet.status, sheet.heading) == (410, "This link cannot be used")
        assert "This link works only once, and was used." in sheet.text


def test_an_expired_link(sender: Visitor, guest: Visitor) -> None:
    """Its time is over, on the landing page and for a post."""
    invite(sender)
    link = link_in_mail()
    landing = guest.open(link)
    Link.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for sheet in (guest.submit(landing, "wf.start"), guest.open(link)):
        assert (sheet.status, "This link has expired." in sheet.text) == (410, True)


def test_a_newer_invitation_replaces_an_older_one(sender: Visitor, guest: Visitor) -> None:
    """Whoever sent it: the same address has one link that opens, the newest."""
    invite(sender, "ada@example.com")
    old = link_in_mail()
    invite(Visitor(), "ADA@example.com")
    new = link_in_mail()
    invite(Visitor(), "bob@example.com")
    assert "A newer link was sent since." in guest.open(old).text
    assert guest.open(new).status == 200


def test_sent_again(sender: Visitor, guest: Visitor) -> None:
    """The button cools down; the newer link is the one that opens."""
    waiting = invite(sender)
    link_in_mail()
    refused = sender.submit(waiting, "wf.resend")
    assert (refused.status, refused.messages) == (422, ["Please wait a moment before you try this again."])
    assert len(Link.objects.all()) == 1


def test_sent_again_after_a_while(sender: Visitor, guest: Visitor, monkeypatch: Any) -> None:
    """What was sent before opens nothing any more."""
    waiting = invite(sender)
    first = link_in_mail()
    later = timezone.now() + timedelta(minutes=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    again = sender.submit(waiting, "wf.resend")
    assert again.status == 200
    assert "A newer link was sent since." in guest.open(first).text
    assert guest.open(link_in_mail()).status == 200


def test_cancelled_while_it_waits(sender: Visitor, guest: Visitor) -> None:
    """Nothing is left to be opened."""
    waiting = invite(sender)
    link = link_in_mail()
    assert sender.submit(waiting, "wf.cancel").status == 200
    assert Flow.objects.get().status == "cancelled"
    assert guest.open(link).status == 410


def test_two_links_in_one_browser_are_two_flows(sender: Visitor, guest: Visitor) -> None:
    """Each keeps a cookie and a page of its own."""
    invite(sender, "ada@example.com")
    ada = guest.open(link_in_mail())
    invite(sender, "bob@example.com")
    bob = guest.open(link_in_mail())
    assert guest.submit(ada, "wf.start").heading == "Welcome ada@example.com 1"
    assert guest.submit(bob, "wf.start").heading == "Welcome bob@example.com 1"


def test_opened_by_whoever_sent_it(sender: Visitor) -> None:
    """The same browser goes on, and the page that waited has come there."""
    waiting = invite(sender)
    page = sender.submit(sender.open(link_in_mail()), "wf.start")
    assert sender.open(waiting.address).heading == page.heading == "Welcome ada@example.com 1"


@pytest.mark.parametrize(
    "token", ["", "x", "link.AAAA.0", f"link.{'A' * 47}.0", "database." + "A" * 47 + ".1", "staff." + "A" * 60 + ".1"]
)
def test_what_is_no_link(guest: Visitor, token: str) -> None:
    """Whatever stands in the address: a page that says what to do."""
    assert guest.open(f"/invite/?wfs={token}").status == 410


def test_a_link_of_another_workflow(sender: Visitor, guest: Visitor) -> None:
    """The pages of a workflow open its own links."""
    invite(sender)
    assert guest.open(link_in_mail().replace("/invite/", "/moving/")).status == 410


def test_links_on_the_wire(sender: Visitor) -> None:
    """Who sends one gets a token that watches; who opens one gets the flow."""
    client = Client()
    body = {"wfid": "links/invite", "input": {"formData": {"email": "ada@example.com"}}}
    status, waiting = post(client, **body)
    assert (status, waiting["status"], waiting["sent"], waiting["outlet"]) == (200, "waiting", True, "email")
    assert waiting["view"]["title"] == "ada@example.com is invited"
    assert [action["id"] for action in waiting["view"]["actions"]] == ["wf.resend", "wf.cancel"]
    token = token_of(link_in_mail())
    status, landing = post(client, wfs=token)
    assert (landing["status"], landing["view"]) == (
        "landing",
        {"title": "Join us", "actions": [], "submit": {"text": "Join"}},
    )
    status, page = post(client, wfs=token, input={"formData": {}})
    assert (status, page["status"]) == (200, "form")
    assert page["inputRequired"]["context"] == {"email": "ada@example.com", "runs": 1}
    assert post(client, wfs=token, input={"formData": {}})[0] == 410
    status, watching = post(client, wfs=waiting["watch"])
    assert (status, watching["status"], watching["elsewhere"]) == (200, "waiting", True)
    status, end = post(client, wfs=page["wfs"], input={"formData": {"name": "ada"}})
    assert (status, end["data"]) == (200, {"name": "ada"})
    status, watched = post(client, wfs=waiting["watch"])
    assert (status, watched) == (200, {"status": "finished", "finished": True, "data": {}})


def test_the_wire_tells_nothing_of_a_spent_link(sender: Visitor) -> None:
    """A spent link and an invented one get the same answer."""
    client = Client()
    invite(sender)
    token = token_of(link_in_mail())
    post(client, wfs=token, input={"formData": {}})
    assert post(client, wfs=token) == post(client, wfs="link." + "A" * 47 + ".0")


def test_a_token_is_never_taken_from_the_query(client: Client, sender: Visitor) -> None:
    """The endpoint's query is no place for one."""
    invite(sender)
    token = token_of(link_in_mail())
    response = client.post(f"/wf/?wfs={token}", {"wfs": token}, content_type="application/json")
    assert response.status_code == 400


def test_a_link_by_text_message(guest: Visitor, settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The site's own channel sends it; without one the step says so, and nothing is left behind."""
    client = Client()
    with pytest.raises(NotSendable, match="names the channel 'sms', which is none"):
        post(client, wfid="links/texted")
    assert not Flow.objects.exists()
    settings.WFAPP = {**settings.WFAPP, "CHANNELS": {"sms": "wfapp.links.channels.ConsoleSms"}}
    status, waiting = post(client, wfid="links/texted")
    assert (status, waiting["status"], waiting["outlet"]) == (200, "waiting", "sms")
    deliver_due()
    sent = capsys.readouterr().err
    assert sent.startswith("SMS to +491701234567: ")
    link = next(word for word in sent.split() if word.startswith("https://site.example/texted/"))
    page = guest.submit(guest.open(link.removeprefix("https://site.example")), "wf.start")
    assert (page.status, page.heading) == (200, "Join")


def test_another_device_goes_on(sender: Visitor, guest: Visitor) -> None:
    """The page shows an address; the device that opens it has the flow, and its page, and its end."""
    second = sender.submit(sender.open("/moving/"), name="Ada")
    shown = sender.submit(second, "phone", email="typed")
    address = next(part for part in shown.text.split() if "wfs=link." in part)
    link = address.partition("https://site.example")[2].partition("<")[0]
    assert sender.open(shown.address).status == 200
    phone = guest.submit(guest.open(link), "wf.start")
    assert (phone.status, phone.heading) == (200, "Second")
    assert "This goes on elsewhere." in sender.open(shown.address).text
    assert "Moved." in guest.submit(phone, email="ada@example.com").text
    assert "Moved." not in sender.open(shown.address).text


def test_the_timeline_tells_of_links(sender: Visitor, guest: Visitor) -> None:
    """Waiting, opened, paused: by name."""
    invite(sender)
    guest.submit(guest.open(link_in_mail()), "wf.start")
    kinds = [kind for kind in FlowEvent.objects.order_by("id").values_list("kind", "step") if kind[0] != "sent"]
    assert kinds[-3:] == [("opened", "invite"), ("step_done", "arrive"), ("paused", "join")]
