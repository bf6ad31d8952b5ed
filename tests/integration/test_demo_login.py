"""Signing in on the demo site, through its pages and through its endpoint."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from project.accounts.demo import ACCOUNTS
from project.accounts.forms import PasswordForm
from project.accounts.models import LoginFlow
from wfapp.links.channels import EmailChannel
from wfapp.links.outbox import deliver_due

pytestmark = pytest.mark.django_db

PASSWORDS = {account.name: account.password for account in ACCOUNTS}
WRONG_PASSWORD = "Please enter a correct username and password. Note that both fields may be case-sensitive."


class Visitor:
    """Walk through the pages as a browser does: post what the last page carried, follow where it leads."""

    def __init__(self) -> None:
        self.client = Client()
        self.page: Any = None

    def open(self, path: str = "/login/") -> Any:
        """Load a page."""
        self.page = self.client.get(path)
        return self.page

    def post(self, **data: str) -> Any:
        """Answer the page; what it led to is the page then."""
        flow = self.page.context["flow"]
        hidden = {"wf_start": flow.start_key} if flow.revision is None else {"wf_revision": flow.revision}
        response = self.client.post(flow.url, {**hidden, **data})
        if response.status_code == 303:
            self.open(response.headers["Location"])
        elif response.context is not None:
            self.page = response
        return response

    def sign_in(self, name: str, password: str = "") -> Any:
        """Answer the first page."""
        self.open()
        return self.post(username=name, password=password or PASSWORDS[name])

    @property
    def user(self) -> str:
        """Tell who is signed in."""
        key = self.client.session.get("_auth_user_id")
        return User.objects.get(pk=key).username if key else ""

    @property
    def errors(self) -> dict[str, str]:
        """Give the errors that the page shows."""
        return dict(self.page.context["errors"])

    @property
    def messages(self) -> list[str]:
        """Give the messages that the page shows."""
        return [message.text for message in self.page.context["messages"]]


@pytest.fixture(autouse=True)
def site(settings: Any, tmp_path: Path) -> None:
    """Seed the accounts, and let mail go to files as on the demo site."""
    settings.DEBUG, settings.MAIL_DIR = True, tmp_path
    backend = "django.core.mail.backends.filebased.EmailBackend"
    if django.VERSION >= (6, 1):
        settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"file_path": tmp_path}}}
    else:
        settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = backend, tmp_path
    call_command("seed_demo", verbosity=0)


@pytest.fixture
def visitor() -> Visitor:
    """Give somebody with an empty browser."""
    return Visitor()


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that lets time pass."""
    now, passed = timezone.now, [timedelta()]
    monkeypatch.setattr(timezone, "now", lambda: now() + passed[0])

    def waited(**time: int) -> None:
        passed[0] += timedelta(**time)

    return waited


def codes(client: Client, to: str = "bob@example.com") -> list[str]:
    """Read the codes in the outbox, the newest last."""
    deliver_due()
    letters = client.get("/outbox/", {"to": to, "format": "json"}).json()
    return [re.findall(r"\b\d{6}\b", letter["body"])[0] for letter in letters]


def another(code: str) -> str:
    """Give a code that is wrong."""
    return f"{(int(code) + 1) % 10**6:06}"


def test_alice_signs_in_with_one_post(visitor: Visitor) -> None:
    """A password is enough for her; her flow is there to be found, and has ended."""
    response = visitor.sign_in("alice")
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert visitor.user == "alice"
    flow = LoginFlow.objects.get()
    assert (flow.status, flow.email, flow.username) == ("finished", "alice@example.com", "alice")


def test_bob_signs_in_with_a_code(visitor: Visitor, wait: Callable[..., None]) -> None:
    """Wrong password, right password, wrong code, resend, right code."""
    assert visitor.sign_in("bob", "wrong").status_code == 422
    assert visitor.errors == {"__form": WRONG_PASSWORD}
    assert not LoginFlow.objects.exists()
    assert visitor.post(username="bob", password=PASSWORDS["bob"]).status_code == 303
    assert visitor.page.context["title"] == "Enter the code sent to bob@example.com"
    assert visitor.user == ""
    (first,) = codes(visitor.client)
    assert visitor.post(code=another(first)).status_code == 422
    assert visitor.errors == {"code": "Invalid code"}
    visitor.post(wf_action="resend")
    assert visitor.messages == ["A new code is on its way."]
    visitor.post(wf_action="resend")
    assert visitor.errors == {"__form": "Please wait a moment before you try this again."}
    wait(seconds=31)
    visitor.post(wf_action="resend")
    *_, last = sent = codes(visitor.client)
    assert len(sent) == 3
    visitor.post(code=last)
    assert visitor.user == "bob"


def test_an_older_code_is_wrong_once_a_new_one_was_sent(visitor: Visitor) -> None:
    """Only the newest code is kept."""
    visitor.sign_in("bob")
    visitor.post(wf_action="resend")
    first, last = codes(visitor.client)
    assert visitor.post(code=first).status_code == (303 if first == last else 422)


def test_a_code_can_be_sent_again_five_times(visitor: Visitor, wait: Callable[..., None]) -> None:
    """The sixth time is refused."""
    visitor.sign_in("bob")
    for _ in range(5):
        visitor.post(wf_action="resend")
        assert visitor.messages == ["A new code is on its way."]
        wait(seconds=31)
    assert visitor.post(wf_action="resend").status_code == 422
    assert visitor.errors == {"__form": "This is no longer possible: it was used as often as allowed."}
    assert len(codes(visitor.client)) == 6


def test_a_code_lives_for_ten_minutes(visitor: Visitor, wait: Callable[..., None]) -> None:
    """After that even the right one opens nothing."""
    visitor.sign_in("bob")
    (code,) = codes(visitor.client)
    wait(minutes=10)
    assert visitor.post(code=code).status_code == 410
    assert visitor.user == ""


def test_five_wrong_codes_end_the_flow(visitor: Visitor) -> None:
    """The right one comes too late then."""
    visitor.sign_in("bob")
    (code,) = codes(visitor.client)
    for _ in range(5):
        visitor.post(code=another(code))
    assert visitor.page.context["description"] == "Too many attempts. Please start again."
    assert LoginFlow.objects.get().status == "aborted"


def test_ten_wrong_codes_close_the_account_for_a_while(visitor: Visitor, wait: Callable[..., None]) -> None:
    """They are counted over all flows of the account; a quarter of an hour later it opens again."""
    for _ in range(2):
        visitor.sign_in("bob")
        for _ in range(5):
            visitor.post(code=another(codes(visitor.client)[-1]))
    visitor.sign_in("bob")
    response = visitor.post(code=codes(visitor.client)[-1])
    assert (response.status_code, visitor.user) == (429, "")
    wait(minutes=15)
    visitor.sign_in("bob")
    visitor.post(code=codes(visitor.client)[-1])
    assert visitor.user == "bob"


@pytest.mark.parametrize("name", ["nobody", "inactive"])
def test_an_unknown_name_gets_the_same_answer(visitor: Visitor, name: str) -> None:
    """No page tells who has an account, and who had one."""
    User.objects.create_user("inactive", password="wrong", is_active=False)
    pages = []
    for tried in ("alice", name):
        response = visitor.sign_in(tried, "wrong")
        body = re.sub(r'name="(wf_start|csrfmiddlewaretoken)" value="[^"]+"', "", response.content.decode())
        pages.append((response.status_code, body.replace(tried, "…")))
    assert pages[0] == pages[1]
    assert pages[0][0] == 422


def test_ten_wrong_passwords_close_an_account_for_a_while(visitor: Visitor, wait: Callable[..., None]) -> None:
    """The eleventh try is refused even if it is right, and whoever writes the name in another way."""
    for _ in range(10):
        assert visitor.sign_in("alice", "wrong").status_code == 422
    response = visitor.sign_in("alice")
    assert (response.status_code, visitor.user) == (429, "")
    assert 0 < int(response.headers["Retry-After"]) <= 15 * 60
    assert visitor.sign_in("ALICE", "wrong").status_code == 429
    wait(minutes=15)
    visitor.sign_in("alice")
    assert visitor.user == "alice"


@pytest.mark.slow
def test_a_hundred_wrong_passwords_close_an_address(visitor: Visitor) -> None:
    """However many names it tries."""
    for number in range(100):
        assert visitor.sign_in(f"name{number}", "wrong").status_code == 422
    assert visitor.sign_in("alice").status_code == 429


def test_a_right_password_is_not_counted(visitor: Visitor) -> None:
    """Whoever knows it may sign in as often as they like."""
    for _ in range(11):
        assert visitor.sign_in("bob").status_code == 303


def test_a_name_in_another_spelling_is_refused() -> None:
    """A database that finds alice for álice does not give each spelling guesses of its own."""
    form = PasswordForm()
    form.cleaned_data = {"username": "álice"}
    with pytest.raises(ValidationError, match=WRONG_PASSWORD):
        form.confirm_login_allowed(User.objects.get(username="alice"))


def test_a_mail_server_that_is_down_tells_nobody(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, wait: Callable[..., None]
) -> None:
    """The page asks for the code all the same; the log has the error, and no code; the code comes later."""

    def fail(*args: Any) -> None:
        raise OSError("the mail server is down")

    with monkeypatch.context() as down, caplog.at_level(logging.DEBUG):
        down.setattr(EmailChannel, "send", fail)
        assert visitor.sign_in("bob").status_code == 303
        assert codes(visitor.client) == []
    assert visitor.page.context["step"] == "verify"
    assert "was not sent: OSError." in caplog.text
    assert "the mail server is down" not in caplog.text
    assert "is your code" not in caplog.text
    wait(minutes=1)
    visitor.post(code=codes(visitor.client)[-1])
    assert visitor.user == "bob"


def test_an_account_that_was_closed_meanwhile_is_not_signed_in(visitor: Visitor) -> None:
    """Between the password and the code somebody may have been locked out."""
    visitor.sign_in("bob")
    User.objects.filter(username="bob").update(is_active=False)
    visitor.post(code=codes(visitor.client)[-1])
    assert visitor.page.context["description"] == "This account can no longer sign in."
    assert visitor.user == ""


def test_next_leads_on(visitor: Visitor) -> None:
    """The place that somebody came from survives both pages."""
    visitor.open("/login/?next=/hello/")
    visitor.post(username="bob", password=PASSWORDS["bob"])
    response = visitor.post(code=codes(visitor.client)[-1])
    assert response.headers["Location"] == "/hello/"


def test_whoever_is_signed_in_is_sent_on(visitor: Visitor) -> None:
    """A second sign-in is no use."""
    visitor.sign_in("alice")
    response = visitor.client.get("/login/?next=/hello/")
    assert (response.status_code, response.headers["Location"]) == (303, "/hello/")


def post(client: Client, body: object) -> Any:
    """Post to the endpoint as ``curl`` does."""
    response: HttpResponse = client.post("/wf/", json.dumps(body), content_type="application/json")
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def credentials(name: str) -> dict[str, Any]:
    """Start with the first form answered."""
    return {"wfid": "auth/login", "input": {"formData": {"username": name, "password": PASSWORDS[name]}}}


def test_a_client_signs_alice_in(client: Client) -> None:
    """One request, and the session's cookie comes back."""
    answer = post(client, credentials("alice"))
    assert (answer["status"], answer["data"]) == ("finished", {"email": "alice@example.com"})
    assert "sessionid" in client.cookies


def test_a_client_signs_bob_in(client: Client) -> None:
    """The second page passes the address and nothing else."""
    second = post(client, credentials("bob"))
    page = second["inputRequired"]
    assert page["context"] == {"email": "bob@example.com"}
    assert page["view"]["title"] == "Enter the code sent to bob@example.com"
    assert [action["label"] for action in page["view"]["actions"]] == ["Resend to bob@example.com"]
    answer = post(client, {"wfs": second["wfs"], "input": {"formData": {"code": codes(client)[-1]}}})
    assert (answer["status"], answer["data"]) == ("finished", {"email": "bob@example.com"})
    assert "sessionid" in client.cookies


def test_staff_find_the_flow_by_its_address(visitor: Visitor, admin_client: Client) -> None:
    """The list shows who is signing in; no page shows the code's hash."""
    visitor.sign_in("bob")
    page = admin_client.get("/admin/accounts/loginflow/", {"q": "bob@example.com"}).content.decode()
    assert "bob@example.com" in page
    assert "1 sign-in" in page
    assert "0 sign-ins" in admin_client.get("/admin/accounts/loginflow/", {"q": "alice@"}).content.decode()


def test_a_password_that_changed_meanwhile_ends_the_sign_in(visitor: Visitor) -> None:
    """Whoever waits at the code page with the old password is not let in."""
    visitor.sign_in("bob")
    bob = User.objects.get(username="bob")
    bob.set_password("another-violin-39")
    bob.save()
    visitor.post(code=codes(visitor.client)[-1])
    assert visitor.user == ""
    assert LoginFlow.objects.get().status == "aborted"
