"""The demo's recipes, walked by the Python client through the whole of Django."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from django.contrib.auth.models import User

from project.shop.models import Order, Product
from tests.integration.client.conftest import SECURE, URL
from tests.integration.recipes.accounts import NEW, another
from wfapp.client import Gone, LimitReached, Malformed, NotAllowed, Stale, UnknownWorkflow, WorkflowClient
from wfapp.links.outbox import deliver_due
from wfapp.models import Flow
from wfapp.testing import Outbox

BOB = {"username": "bob", "password": "harbour-violin-38"}
ADDRESS = {"email": "ada@example.com", "street": "Elm Street 1", "city": "Linz"}


def signed_in(http: httpx.Client, name: str, password: str) -> httpx.Client:
    """Sign in by the workflow; the session stays in the cookies."""
    assert WorkflowClient(URL, "auth/login", http=http).start(username=name, password=password).finished
    return http


def cart(http: httpx.Client, **options: str) -> WorkflowClient:
    """Put two lanterns into a cart."""
    lantern = Product.objects.get(name="Lantern").pk
    client = WorkflowClient(URL, "checkout/place-order", http=http, **options)
    return client.start().submit(product=lantern, quantity=Decimal(2), more=False)


def test_a_sign_in(http: httpx.Client, outbox: Outbox) -> None:
    """A wrong password, the right one, a wrong code, another code, the right one."""
    client = WorkflowClient(URL, "auth/login", http=http).start()
    assert (client.status, client.view["title"]) == ("form", "Sign in")
    client.submit({**BOB, "password": "wrong"})
    assert (list(client.errors), client.form_data["username"]) == (["__form"], "bob")
    client.submit(BOB)
    assert (client.view["step"], client.context, client.form_data) == ("verify", {"email": "bob@example.com"}, {})
    deliver_due()
    wrong = another(outbox[-1].code())
    assert client.submit(code=wrong).errors == {"code": "Invalid code"}
    assert client.supports_action("resend")
    assert client.action("resend").messages == [{"level": "info", "text": "A new code is on its way."}]
    deliver_due()
    client.submit(code=outbox[-1].code())
    assert (client.finished, client.data, client.token) == (True, {"email": "bob@example.com"}, None)
    assert http.cookies["sessionid"]


def test_a_start_with_an_answer(http: httpx.Client) -> None:
    """Where the workflow keeps no record at first, the answer comes second, so that it is sent once."""
    client = WorkflowClient(URL, "auth/login", http=http).start(BOB)
    assert client.view["step"] == "verify"
    assert client.token is not None
    assert client.token.startswith("database.")
    assert WorkflowClient(URL, "auth/login", http=http).start(username="bob").errors != {}


def test_an_order(http: httpx.Client) -> None:
    """A draft, a page that comes back, a way back and a change, to the end."""
    client = cart(http)
    assert (client.view["step"], client.context["total"]) == ("address", "49.80")
    client.action("save_draft", street="Elm Street 1")
    assert client.look().form_data["street"] == "Elm Street 1"
    assert client.submit(street="Elm Street 1", email="nobody").errors["email"] == "Enter a valid email address."
    client.submit({**client.form_data, **ADDRESS}).submit(number="4242 4242 4242 4242")
    assert client.view["step"] == "confirm"
    assert client.supports_action("wf.change.address")
    assert client.action("wf.change.address").form_data["city"] == "Linz"
    client.submit({**client.form_data, "city": "Graz"})
    client.submit(number="4242 4242 4242 4242").submit(accept=True)
    assert (client.finished, client.data["total"]) == (True, "49.80")
    assert Order.objects.get().city == "Graz"


def test_a_loop_begins_anew(http: httpx.Client) -> None:
    """The same form is asked for again, with nothing of the first line; back brings it."""
    lantern = Product.objects.get(name="Lantern").pk
    client = WorkflowClient(URL, "checkout/place-order", http=http).start()
    client.submit(product=lantern, quantity=7, more=True)
    assert (client.view["step"], client.form_data.get("product")) == ("item", None)
    assert client.back().form_data["product"] == str(lantern)


def test_a_cancelled_order(http: httpx.Client) -> None:
    """Its token is gone; a restart begins another one."""
    client = cart(http)
    token = client.token
    assert (client.cancel().status, client.reason) == ("aborted", "cancelled")
    assert client.restart().view["step"] == "item"
    with pytest.raises(Gone) as raised:
        WorkflowClient(URL, token=token, http=http).submit(ADDRESS)
    assert (raised.value.status, raised.value.code) == (410, "invalid-token")


def test_every_field(http: httpx.Client, tmp_path: Path) -> None:
    """Values of Python, a page that depends on what is typed, rows and files, to the last page."""
    client = WorkflowClient(URL, "demo/fields", http=http).start()
    client.submit(
        {**client.form_data},
        char="Ann",
        email="ann@example.com",
        choice="m",
        boolean=True,
        uuid=UUID(int=7),
        decimal=Decimal("19.90"),
        date=date(2026, 10, 25),
        time=time(14, 30),
        duration=timedelta(days=3, hours=4),
        multiple={"s"},
    )
    assert client.errors == {}
    assert (client.view["step"], client.view["live"]) == ("delivery", True)
    client.refresh(country="ch", gift=True)
    assert client.merged is not None
    assert client.merged["schema"]["properties"]["region"]["title"] == "Canton"
    assert client.form_data["greeting"] == "All the best!"
    client.submit({**client.form_data, "region": "Bern", "customs": "123456789"})
    guests = [{"name": "Bob", "food": "all"}, {"food": "vegan"}]
    assert client.submit(guests=guests).errors == {"guests.1.name": "This field is required."}
    client.submit(guests=[{"name": "Bob", "food": "all"}])
    letter = tmp_path / "letter.txt"
    letter.write_bytes(b"Dear Ann")
    with letter.open("rb") as picture:
        client.submit(letter=("letter.exe", b"MZ"), pictures=[picture, ("b.png", b"PNG")])
        assert list(client.errors) == ["letter"]
        assert [kept.partition(";size")[0] for kept in client.form_data["pictures"]] == [
            "data:text/plain;name=letter.txt",
            "data:image/png;name=b.png",
        ]
        client.submit({**client.form_data, "letter": letter})
    assert client.view["step"] == "note_down"
    client.submit(noted=True).submit()
    assert client.finished
    told = {key: client.data[key] for key in ("uuid", "decimal", "duration", "letter")}
    assert told == {
        "uuid": str(UUID(int=7)),
        "decimal": "19.90",
        "duration": "3 days, 4:00:00",
        "letter": "letter.txt",
    }


def test_an_invitation(http: httpx.Client, outbox: Outbox) -> None:
    """Staff send it and watch; whoever has the address of the link opens it and makes an account."""
    signed_in(http, "staff", "granite-meadow-95")
    sender = WorkflowClient(URL, "auth/invite", http=http).start(email="gus@example.com", role="member")
    assert (sender.status, sender.view["title"]) == ("waiting", "gus@example.com is invited")
    assert sender.action("wf.resend").messages != []
    deliver_due()
    link = outbox[-1].link()
    with httpx.Client(transport=http._transport) as elsewhere:
        guest = WorkflowClient(URL, token=link, http=elsewhere)
        assert (guest.look().status, guest.view["title"]) == ("landing", "You are invited")
        guest.submit()
        assert (guest.view["title"], guest.context) == ("Welcome", {"invite_email": "gus@example.com"})
        assert (sender.look().status, (sender.response or {})["elsewhere"]) == ("waiting", True)
        guest.submit(name="Gus", password1=NEW, password2=NEW)
        assert (guest.finished, guest.data) == (True, {"email": "gus@example.com"})
        with pytest.raises(Gone):
            WorkflowClient(URL, token=link, http=elsewhere).submit()
    assert (sender.look().status, sender.data) == ("finished", {})
    assert User.objects.get(email="gus@example.com").check_password(NEW)


def test_a_link_that_is_bound_to_cookies_can_be_opened_again(http: httpx.Client, outbox: Outbox) -> None:
    """As a browser's is: the answer that was lost is given once more."""
    signed_in(http, "staff", "granite-meadow-95")
    WorkflowClient(URL, "auth/invite", http=http).start(email="gus@example.com", role="member")
    deliver_due()
    with httpx.Client(transport=http._transport, headers={"Sec-Fetch-Site": "same-origin"}) as elsewhere:
        WorkflowClient(SECURE, token=outbox[-1].link(), http=elsewhere).look().submit()
        again = WorkflowClient(SECURE, token=outbox[-1].link(), http=elsewhere).submit()
        assert (again.status, again.view["title"]) == ("form", "Welcome")


def test_a_session_goes_with_its_csrf_token(http: httpx.Client) -> None:
    """What Django asks of whoever is signed in by a session; over TLS it asks for more."""
    signed_in(http, "alice", "lantern-orchard-72")
    secure = WorkflowClient(SECURE, "kyc/onboard", http=http)
    assert secure.start().view["step"] == "company_data"
    http.cookies.delete("csrftoken")
    with pytest.raises(NotAllowed, match=r"^CSRF Failed: CSRF cookie not set\. \(403 not-allowed\)$"):
        secure.look()


def test_a_start_with_a_key_comes_back_to_its_flow(http: httpx.Client) -> None:
    """Whoever lost the answer sends it again."""
    client = WorkflowClient(URL, "demo/hello", http=http).start(name="Ada")
    exchange = client._last
    assert exchange is not None
    assert exchange.key
    client.retry()
    assert (client.view["title"], Flow.objects.filter(workflow="demo/hello").count()) == ("Hello Ada!", 1)


def test_two_clients_of_one_flow(http: httpx.Client) -> None:
    """The slower one is told, and stands at the page that follows."""
    first = cart(http)
    second = WorkflowClient(URL, token=first.token, http=http).look()
    second.submit(ADDRESS)
    with pytest.raises(Stale) as raised:
        first.submit({**ADDRESS, "city": "Graz"})
    assert raised.value.message == "This page was answered already. Here is the current one."
    assert (first.view["step"], first.token) == ("payment", second.token)
    assert first.submit(number="4242 4242 4242 4242").view["step"] == "confirm"


def test_what_the_server_refuses(http: httpx.Client) -> None:
    """Each in its words; a long wait is raised with its time."""
    with pytest.raises(UnknownWorkflow, match=r"^There is no such workflow\. \(404 unknown-workflow\)$"):
        WorkflowClient(URL, "no/such", http=http).start()
    with pytest.raises(Malformed, match=r"unknown: 'gift'"):
        WorkflowClient(URL, "demo/hello", params={"gift": 1}, http=http).start()
    with pytest.raises(NotAllowed):
        WorkflowClient(URL, "auth/invite", http=http).start()
    client = WorkflowClient(URL, "auth/login", http=http).start()
    for _ in range(10):
        client.submit(username="alice", password="wrong")
    with pytest.raises(LimitReached) as raised:
        client.submit(username="alice", password="wrong")
    assert raised.value.retry_after is not None
    assert raised.value.retry_after > 10
    assert client.look().view["step"] == "credentials"
