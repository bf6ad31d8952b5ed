"""What the scripts are tested against is what the endpoint answers.

Where it answers something else by now, look at the difference, then record anew:
``RECORD=1 python -m pytest tests/js/test_recorded.py``
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import Client

from project.accounts.demo import ACCOUNTS
from project.accounts.management.commands.seed_demo import make
from project.shop.models import Product
from tests.js.recorder import Recorder
from tests.js.workflows import Ends
from wfapp import rounds
from wfapp.errors import Busy
from wfapp.links.outbox import deliver_due

FOLDER = Path(__file__).parent / "recorded"
BROWSER = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
BOB = {"username": "bob", "password": "harbour-violin-38"}
LETTER = {"name": "letter.txt", "data": "data:text/plain;base64,SGVsbG8="}
FIELDS = {"char": "Ada", "email": "ada@example.com", "integer": 1, "choice": "s", "boolean": True}
Scene = Callable[[Recorder], None]


@pytest.fixture(autouse=True)
def shop(db: None) -> None:
    """Make the accounts of the demo, and products whose numbers are known."""
    cache.clear()
    for account in ACCOUNTS:
        make(account)
    for number, name in enumerate(("Catalogue", "Lantern"), 1):
        Product.objects.create(pk=number, name=name, price=12 * (number - 1))


def login(recorder: Recorder) -> None:
    """Sign in with a code: wrong password, resend, wrong code, a stale page, the end, and what is after it."""
    recorder.post("start", {"wfid": "auth/login"})
    recorder.submit("wrong password", username="bob", password="wrong")
    recorder.submit("code page", **BOB)
    before = recorder.body["wfs"]
    recorder.act("resend", "resend")
    deliver_due()
    code = re.findall(r"\b\d{6}\b", str(mail.outbox[-1].body))[0]
    recorder.replace(code, "123456")
    recorder.post("resend again", {"wfs": before, "input": {"action": "resend"}})
    recorder.submit("wrong code", code="000000")
    recorder.post("stale", {"wfs": before, "input": {"formData": {"code": "111111"}}})
    recorder.post("look", {"wfs": recorder.body["wfs"]})
    recorder.submit("end", code=code)
    recorder.post("gone", {"wfs": before})


def fields(recorder: Recorder) -> None:
    """Fields that depend on others, rows and files."""
    start = recorder.post("", {"wfid": "demo/fields", "input": {"formData": FIELDS}})
    recorder.rounds.clear()  # the first page lists the files of a folder
    recorder.post("delivery", {"wfs": start["wfs"]})
    recorder.act("refresh", "wf.refresh", country="ch", region="Tirol")
    recorder.act("refresh with a gift", "wf.refresh", country="ch", region="Bern", gift=True)
    recorder.submit("customs missing", country="ch", region="Bern", gift=False)
    recorder.submit("guests", country="de", region="Bayern", customs="", gift=False)
    recorder.submit("guest without a name", guests=[{"name": "Ada", "food": "all"}, {"name": "", "food": "vegan"}])
    recorder.submit("papers", guests=[{"name": "Ada", "food": "all"}])
    recorder.submit("a picture too many", letter=LETTER, pictures=[LETTER] * 4)


def checkout(recorder: Recorder) -> None:
    """A form that comes again after it was accepted, a way back, a draft."""
    recorder.post("start", {"wfid": "checkout/place-order"})
    recorder.submit("too many", product=2, quantity=100, more=True)
    recorder.submit("accepted", product=2, quantity=3, more=True)
    recorder.act("back", "wf.back")
    recorder.submit("accepted again", product=2, quantity=5, more=True)
    recorder.act("address", "that_is_all")
    recorder.act("draft", "save_draft", street="Elm")
    recorder.act("back to the items", "wf.back")
    recorder.act("cancelled", "wf.cancel")


def invite(recorder: Recorder) -> None:
    """A link: who sends it waits and watches, who opens it goes on."""
    recorder.client.force_login(User.objects.get(username="staff"))
    recorder.post("start", {"wfid": "auth/invite"})
    recorder.submit("waiting", email="guest@example.com", role="member")
    watch = recorder.body["watch"]
    recorder.post("watch", {"wfs": watch})
    deliver_due()
    found = re.search(r"wfs=(\S+)", str(mail.outbox[-1].body))
    assert found is not None
    recorder.client.logout()
    recorder.post("landing", {"wfs": found[1]})
    recorder.submit("opened")
    recorder.client.force_login(User.objects.get(username="staff"))
    recorder.post("watch elsewhere", {"wfs": watch})


def ends(recorder: Recorder) -> None:
    """The ways on from an end."""
    for end in ("immediate", "auto", "manual", "aborted"):
        body = {"wfid": Ends.name, "next": "/account/", "input": {"formData": {"end": end}}}
        recorder.post(end, body)
    recorder.post("start", {"wfid": Ends.name})


def faults(recorder: Recorder) -> None:
    """Refusals."""
    recorder.post("malformed", {"wfid": "auth/login", "params": 7})
    recorder.post("unknown", {"wfid": "no/such"})
    recorder.post("gone", {"wfs": "database.invented.1"})
    recorder.post("no-key", {"wfid": "auth/login"}, **{"Idempotency-Key": "0123456789abcdef0123456789abcdef"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "start", busy)
        recorder.post("busy", {"wfid": "auth/login"})
    for _attempt in range(10):
        recorder.client.post("/wf/", sign_in("wrong"), content_type="application/json")
    recorder.post("limit", json.loads(sign_in("wrong")))


def cookie(recorder: Recorder) -> None:
    """The token in a cookie, with and without the CSRF token."""
    body = {"wfid": "auth/login", "transport": "cookie"}
    recorder.post("csrf", body)
    recorder.headers["X-CSRFToken"] = recorder.client.cookies["csrftoken"].value
    recorder.post("start", body)
    recorder.submit("wrong password", username="bob", password="wrong")


def busy(*_args: Any, **_options: Any) -> None:
    raise Busy


def sign_in(password: str) -> str:
    return json.dumps({"wfid": "auth/login", "input": {"formData": {"username": "alice", "password": password}}})


@pytest.mark.parametrize("scene", [login, fields, checkout, invite, ends, faults, cookie])
def test_what_is_recorded_is_what_the_endpoint_answers(scene: Scene) -> None:
    """Every recorded round, played again, has the same answer, but for what differs each time."""
    recorder = Recorder(Client(enforce_csrf_checks=True), **BROWSER)
    scene(recorder)
    file = FOLDER / f"{scene.__name__}.json"
    if os.environ.get("RECORD"):
        file.write_text(json.dumps(recorder.rounds, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    assert recorder.rounds == json.loads(file.read_text(encoding="utf-8"))


def test_nothing_is_recorded_that_is_not_played() -> None:
    """No file is left over."""
    assert {file.stem for file in FOLDER.iterdir()} == {
        scene.__name__ for scene in (login, fields, checkout, invite, ends, faults, cookie)
    }
