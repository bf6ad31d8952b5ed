"""The demo site: its front page, its recipes without an account, its outbox, its accounts and the door of its admin."""

from __future__ import annotations

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.forms import fields, models
from django.test import Client
from django.urls import reverse

from project.accounts.demo import ACCOUNTS
from project.accounts.models import SecondFactor
from project.demo.forms import FieldsForm
from project.demo.recipes import RECIPES
from wfapp.models import Upload
from wfapp.testing import Walk

pytestmark = pytest.mark.django_db

DELIVERY = {"country": "de", "region": "Hamburg"}
GUESTS = {"guests": [{"name": "Ann", "food": "vegan"}, {"name": "Ben", "food": "all"}]}
ROWS = {"guests-TOTAL_FORMS": "1", "guests-INITIAL_FORMS": "0", "guests-0-name": "Ann", "guests-0-food": "all"}
AMOUNT = {"amount": "9.5", "currency": "USD"}
NOTED = {"noted": True}
FILLED_IN = {"char": "Ann", "email": "ann@example.com", "integer": 3, "choice": "m", "boolean": True}
MAIL_SEPARATOR = b"\n" + b"-" * 79 + b"\n"


@pytest.fixture
def debug(settings: Any, tmp_path: Path) -> Path:
    """Turn DEBUG on, and give the folder that the outbox reads."""
    settings.DEBUG, settings.MAIL_DIR = True, tmp_path / "mail"
    settings.MAIL_DIR.mkdir()
    return tmp_path / "mail"


def mail(to: str, subject: str = "Hello", body: str = "Good day.\n") -> bytes:
    """Give a mail as Django's file backend writes it."""
    return EmailMessage(subject, body, "demo@example.com", [to]).message().as_bytes() + MAIL_SEPARATOR


def file(name: str) -> SimpleUploadedFile:
    """Give a file to choose."""
    return SimpleUploadedFile(name, b"text")


def post(client: Client, page: Any, **data: Any) -> Any:
    """Answer a page and follow where it leads."""
    flow = page.context["flow"]
    hidden = {"wf_start": flow.start_key} if flow.revision is None else {"wf_revision": flow.revision}
    return client.post(flow.url, {**hidden, **data}, follow=True)


def rest(client: Client, **body: Any) -> Any:
    """Post to the endpoint."""
    return json.loads(client.post("/wf/", json.dumps(body), content_type="application/json").content)


def outbox(client: Client, **query: str) -> Any:
    """Read the outbox as JSON."""
    return client.get("/outbox/", {"format": "json", **query}).json()


class TestFront:
    """What the site offers."""

    def test_it_offers_each_recipe_as_a_page_and_as_json(self, client: Client) -> None:
        """Every recipe has an address that answers, and a body that starts it; some to whoever is signed in."""
        page, staff = client.get("/").content.decode(), Client()
        staff.force_login(User.objects.create_superuser("staff"))
        for recipe in RECIPES:
            visitor = staff if recipe.asks_sign_in else client
            assert f'href="{reverse(recipe.url_name)}"' in page
            assert visitor.get(reverse(recipe.url_name)).status_code == 200
            assert rest(visitor, **json.loads(recipe.request_body))["status"] == "form"

    def test_it_says_which_recipes_ask_to_sign_in(self, client: Client) -> None:
        """Their pages lead to the sign-in, and from there back to them."""
        asking = [recipe.url_name for recipe in RECIPES if recipe.asks_sign_in]
        assert asking == ["password", "invite", "onboard"]
        page = client.get("/").content.decode()
        assert (page.count("You sign in first."), page.count("Staff sign in first.")) == (2, 1)
        for name in asking:
            assert client.get(reverse(name)).headers["Location"] == f"/login/?next={reverse(name)}"

    def test_it_tells_the_accounts_only_while_debug_is_on(self, client: Client, settings: Any) -> None:
        """And the way to the outbox, too."""
        assert ACCOUNTS[0].password not in client.get("/").content.decode()
        assert "/outbox/" not in client.get("/").content.decode()
        settings.DEBUG = True
        assert ACCOUNTS[0].password in client.get("/").content.decode()
        assert "/outbox/" in client.get("/").content.decode()

    def test_it_names_who_is_signed_in_and_logs_out(self, client: Client) -> None:
        """Logging out is a post."""
        client.force_login(User.objects.create_user("alice"))
        assert "Signed in as <strong>alice</strong>" in client.get("/").content.decode()
        assert client.get("/logout/").status_code == 405
        assert "Signed in" not in client.post("/logout/", follow=True).content.decode()

    def test_an_unknown_address_has_a_page_of_the_site(self, client: Client) -> None:
        """With a way back."""
        response = client.get("/nothing/")
        assert response.status_code == 404
        assert "There is no page at this address." in response.content.decode()


class TestHello:
    """The smallest workflow."""

    def test_it_greets_on_its_second_page(self, client: Client) -> None:
        """The name that was typed stands in the title, as text."""
        page = post(client, client.get("/hello/"), name="<Ann>")
        assert page.context["title"] == "Hello <Ann>!"
        assert "Hello &lt;Ann&gt;!" in page.content.decode()
        page = post(client, page)
        assert "It was nice to meet you." in page.content.decode()

    def test_it_greets_a_client(self, client: Client) -> None:
        """The same words through the endpoint."""
        second = rest(client, wfid="demo/hello", input={"formData": {"name": "Ann"}})
        assert second["inputRequired"]["view"]["title"] == "Hello Ann!"
        end = rest(client, wfs=second["wfs"], input={"formData": {}})
        assert (end["status"], end["data"]) == ("finished", {"name": "Ann"})


class TestFields:
    """Every field of Django's."""

    def test_it_has_every_core_field_but_files(self) -> None:
        """A field that Django gains is missed here first."""
        core = {getattr(fields, name) for name in fields.__all__} | {
            models.ModelChoiceField,
            models.ModelMultipleChoiceField,
        }
        core -= {fields.Field, fields.MultiValueField, fields.FileField, fields.ImageField}
        assert core <= {type(field) for field in FieldsForm.base_fields.values()}

    @pytest.mark.parametrize("via", ["html", "json", "python"])
    def test_it_shows_what_was_entered(self, via: Any) -> None:
        """By labels, without the password; a row in a line, a file by its name."""
        walk = Walk("demo/fields", via=via)
        walk.submit(FILLED_IN, password="sesame-4711", drink="tea", amount=AMOUNT, date="2026-02-03")
        walk.submit(DELIVERY).submit(GUESTS).submit(letter=file("letter.txt"), pictures=[file("a.png"), file("b.png")])
        walk.submit(NOTED)
        entries = {entry["label"]: entry["value"] for entry in walk.passed["entries"]}
        assert (entries["Size"], entries["Drink"], entries["Land"]) == ("Medium", "Tea", "Hamburg")
        assert (entries["Entry 1"], entries["Entry 2"]) == ("Ann, Vegan", "Ben, Everything")
        assert (entries["A letter"], entries["Pictures"]) == ("letter.txt", "a.png, b.png")
        assert entries["Amount and currency"] == "9.5 USD"
        assert entries["I have read all of this"] == "Yes"
        assert ("sesame" in walk.text, "A password" in entries) == (False, False)
        shown = walk.passed["entries"]
        walk.submit()
        assert walk.data == {entry["field"]: entry["value"] for entry in shown}
        assert walk.data["date"] == "Feb. 3, 2026"
        assert not Upload.objects.exists()

    def test_rows_are_added_and_deleted(self, client: Client) -> None:
        """Without JavaScript, by a button and a box."""
        page = post(client, post(client, client.get("/fields/"), **FILLED_IN), **DELIVERY)
        page = post(client, page, **ROWS, wf_add="guests")
        assert page.context["form"].total_form_count() == 2
        rows = ROWS | {
            "guests-TOTAL_FORMS": "2",
            "guests-1-name": "Ben",
            "guests-1-food": "all",
            "guests-1-DELETE": "on",
        }
        page = post(client, post(client, post(client, page, **rows), letter=file("letter.txt")), **NOTED)
        entries = {entry["label"]: entry["value"] for entry in page.context["passed"]["entries"]}
        assert (entries["Entry 1"], "Entry 2" in entries) == ("Ann, Everything", False)
        assert "<dt>Entry 1</dt><dd>Ann, Everything</dd>" in page.content.decode()

    def test_a_file_that_was_refused_is_told_in_words(self, client: Client) -> None:
        """The others stay; without one the page asks for it."""
        page = post(client, post(client, post(client, client.get("/fields/"), **FILLED_IN), **DELIVERY), **ROWS)
        assert (page.context["title"], "at most 1 MB" in page.content.decode()) == ("Files", True)
        page = post(client, page, letter=file("letter.exe"), pictures=[file("a.png")])
        assert list(page.context["errors"]) == ["letter"]
        assert ">a.png</a>" in page.content.decode()
        page = post(client, page)
        assert page.context["errors"] == {"letter": "This field is required."}

    def test_what_is_missing_is_said_at_its_field(self, client: Client) -> None:
        """Five fields are required."""
        answer = rest(client, wfid="demo/fields", input={"formData": {"char": "Ann"}})
        assert set(answer["inputRequired"]["context"]["errors"]) == {"email", "integer", "choice", "boolean"}

    def test_its_second_page_depends_on_what_is_typed(self, client: Client) -> None:
        """Without JavaScript, by the button that updates the page; nothing typed is lost."""
        page = post(client, client.get("/fields/"), **FILLED_IN)
        assert list(page.context["form"].fields) == ["country", "region", "gift"]
        page = post(client, page, country="ch", gift="on", wf_action="wf.refresh")
        form = page.context["form"]
        assert list(form.fields) == ["country", "region", "customs", "gift", "greeting"]
        assert (form.fields["region"].label, form["greeting"].value()) == ("Canton", "All the best!")
        assert '<option value="Ticino">' in page.content.decode()
        page = post(client, page, country="ch", region="Hamburg", customs="123", gift="on", greeting="")
        assert set(page.context["errors"]) == {"region", "customs", "greeting"}

    def test_its_last_page_but_one_shows(self, client: Client) -> None:
        """A key as a code and as text, and codes to copy; afterwards they are gone."""
        page = post(client, post(client, post(client, client.get("/fields/"), **FILLED_IN), **DELIVERY), **ROWS)
        page = post(client, page, letter=file("letter.txt"))
        html, passed = page.content.decode(), page.context["passed"]
        assert (len(passed["codes"]), "\n".join(passed["codes"]) + "</textarea>" in html) == (4, True)
        assert 'aria-label="QR code"' in html
        assert passed["uri"].startswith("otpauth://totp/wfapp%20demo?secret=")
        page = post(client, page, **NOTED)
        assert passed["codes"][0] not in page.content.decode()


class TestOutbox:
    """The mail that was sent."""

    def test_it_lists_mail_the_newest_last(self, client: Client, debug: Path) -> None:
        """By age and not by name; several may stand in one file."""
        (debug / "b.log").write_bytes(mail("bob@example.com", "one") + mail("Ann <ann@example.com>", "two"))
        (debug / "a.log").write_bytes(mail("bob@example.com", "three", "Zoë\n\nsays hello."))
        os.utime(debug / "b.log", (1, 1))
        assert outbox(client) == [
            {"to": "bob@example.com", "subject": "one", "body": "Good day."},
            {"to": "ann@example.com", "subject": "two", "body": "Good day."},
            {"to": "bob@example.com", "subject": "three", "body": "Zoë\n\nsays hello."},
        ]
        assert [letter["subject"] for letter in outbox(client, to="BOB@example.com")] == ["one", "three"]
        assert outbox(client, to="bob") == []

    def test_it_is_a_page_too(self, client: Client, debug: Path) -> None:
        """What a mail says is text there."""
        (debug / "a.log").write_bytes(mail("bob@example.com", "<b>one</b>", "<script>"))
        page = client.get("/outbox/", {"to": "bob@example.com"}).content.decode()
        assert "&lt;b&gt;one&lt;/b&gt;" in page
        assert "&lt;script&gt;" in page
        assert "There is none yet." in client.get("/outbox/", {"to": "ann@example.com"}).content.decode()

    def test_it_reads_nothing_outside_its_folder(self, client: Client, debug: Path) -> None:
        """A link is not followed."""
        (debug.parent / "other.log").write_bytes(mail("bob@example.com"))
        (debug / "link.log").symlink_to(debug.parent / "other.log")
        (debug / "folder.log").mkdir()
        assert outbox(client) == []

    def test_broken_mail_is_left_out(self, client: Client, debug: Path) -> None:
        """What stands beside it is shown."""
        broken = b"Content-Type: text/plain; charset=nonsense\nTo: a@b\nSubject: x\n\nb\xff" + MAIL_SEPARATOR
        (debug / "a.log").write_bytes(broken + mail("bob@example.com"))
        assert [letter["to"] for letter in outbox(client)][-1] == "bob@example.com"

    def test_without_a_folder_it_is_empty(self, client: Client, debug: Path) -> None:
        """Nothing was sent yet."""
        debug.rmdir()
        assert outbox(client) == []

    def test_there_is_none_without_debug(self, client: Client) -> None:
        """Mail is nobody's business then."""
        assert client.get("/outbox/").status_code == 404


class TestSeed:
    """The accounts of the demo site."""

    def test_it_prints_a_line_each_and_keeps_what_is_there(self, settings: Any) -> None:
        """Started again, an account that was changed stays as it is."""
        settings.DEBUG = True
        first, second = StringIO(), StringIO()
        call_command("seed_demo", stdout=first)
        User.objects.filter(username="alice").update(email="elsewhere@example.com")
        call_command("seed_demo", stdout=second)
        lines = [f"{account.name} {account.password}" for account in ACCOUNTS]
        assert first.getvalue().splitlines() == second.getvalue().splitlines() == lines
        assert User.objects.get(username="alice").email == "elsewhere@example.com"
        assert User.objects.count() == len(ACCOUNTS)
        assert list(SecondFactor.objects.values_list("user__username", flat=True)) == ["bob"]

    def test_it_refuses_to_run_on_a_real_site(self) -> None:
        """Its passwords are public."""
        message = "The passwords of the demo accounts are public: seed_demo runs with DEBUG on alone."
        with pytest.raises(CommandError, match=message):
            call_command("seed_demo")

    @pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.name)
    def test_its_passwords_are_good_ones(self, account: Any) -> None:
        """The site's own rules hold for them."""
        validate_password(account.password, User(username=account.name, email=account.email))


class TestAdmin:
    """The door of the admin."""

    def test_it_leads_through_the_sign_in(self, client: Client) -> None:
        """The admin's own login page would ask for no code."""
        response = client.get("/admin/accounts/loginflow/", follow=True)
        assert response.redirect_chain[-1] == ("/login/?next=/admin/accounts/loginflow/", 302)
        assert client.post("/admin/login/", {"username": "staff", "password": "x"}).status_code == 405

    def test_staff_get_to_where_they_wanted(self, admin_client: Client) -> None:
        """Unless that is on another site."""
        wanted = "/admin/accounts/loginflow/"
        assert admin_client.get("/admin/login/", {"next": wanted}).headers["Location"] == wanted
        assert admin_client.get("/admin/login/", {"next": "//evil.example"}).headers["Location"] == "/admin/"

    def test_others_are_told_that_they_may_not(self, client: Client) -> None:
        """And are not sent in circles."""
        client.force_login(User.objects.create_user("alice"))
        response = client.get("/admin/", follow=True)
        assert response.status_code == 403
        assert "This account may not see that page." in response.content.decode()
