"""Nothing but the whitelisted part of a context reaches anybody, in clear or in base64."""

from __future__ import annotations

import base64
import json
import logging
import re
import uuid
from collections.abc import Iterator
from typing import Any

import django
import pytest
from django import forms
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client
from django.urls import path
from django.utils.log import AdminEmailHandler
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from project.urls import urlpatterns as project_urls
from tests.flows.models import InviteFlow
from wfapp import Context, Finish, Secret, Struct, Workflow, step
from wfapp.declaration.context import keys
from wfapp.fields import Copyable, Paragraph, QRCode
from wfapp.web import WorkflowView

pytestmark = pytest.mark.django_db(transaction=True)

STAFF = "admin"


class Nested(Struct):
    name: str = ""
    inner: Secret[str] = ""


class LeakContext(Context):
    """Hold a key of each kind; a test plants a value of its own in every one."""

    shown: str = ""
    revealed: Secret[str] = ""
    email: str = ""
    plain: str = ""
    secret: Secret[str] = ""
    items: list[str] = []
    table: dict[str, str] = {}
    nested: Nested | None = None
    secrets: list[Secret[str]] = []


class PlantForm(forms.Form):
    boom = forms.CharField(required=False)


class LookForm(PlantForm):
    """Show what is passed and revealed, too, and fail where drawing is meant to fail."""

    told = Paragraph(source="shown")
    code = QRCode(source="revealed")
    copy = Copyable(source="revealed")

    def prepare(self, passed: Any, data: Any) -> None:
        if data.get("boom") == "draw":
            raise RuntimeError(f"a text that names none of {len(passed)}")


PLANTED: dict[str, str] = {}


class Leaky(Workflow[LeakContext]):
    """Plant, show, refuse, act, raise and end."""

    name = "tests/leaky"
    flow_model = "flows.InviteFlow"
    exposed = True

    @step(form=PlantForm)
    def plant(self, form: PlantForm) -> None:
        ctx, planted = self.ctx, PLANTED
        ctx.shown, ctx.revealed, ctx.email = planted["shown"], planted["revealed"], planted["email"] + "@example.com"
        ctx.plain, ctx.secret, ctx.items = planted["plain"], planted["secret"], [planted["items"]]
        ctx.table, ctx.secrets = {planted["table"]: planted["table"]}, [planted["secrets"]]
        ctx.nested = Nested(name=planted["nested"], inner=planted["nested"])

    @step(
        form=LookForm,
        passes=["shown"],
        reveals=["revealed"],
        title=lambda data, ctx: f"For {ctx['shown']} {sorted(ctx)}",
    )
    def look(self, form: LookForm) -> None:
        local = [self.ctx.plain, self.ctx.secret, self.ctx.table]
        if form.cleaned_data["boom"] == "raise":
            raise RuntimeError(f"a text that names none of {len(local)}")
        if form.cleaned_data["boom"]:
            form.add_error("boom", "No.")

    @look.action(label="Again")
    def again(self) -> None:
        logging.getLogger("tests").warning("context %r of %r in %r", self.ctx, self, self.flow)

    @step
    def done(self) -> Finish:
        return Finish(data={"shown": self.ctx.shown})


urlpatterns = [path("leaky/", WorkflowView.as_view(workflow=Leaky)), *project_urls]


class Recorder(logging.Handler):
    """Keep every record as text, with its arguments and its exception."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(logging.Formatter().format(record))


@pytest.fixture(autouse=True)
def site(settings: Any) -> Iterator[None]:
    """Serve both doors and the admin, and mail exceptions to the admins."""
    settings.ROOT_URLCONF = __name__
    # Django 6.0 wants addresses, 5.2 pairs.
    settings.ADMINS = ["admin@example.com"] if django.VERSION >= (6, 0) else [("Admin", "admin@example.com")]
    handler = AdminEmailHandler(include_html=True)
    handler.setLevel(logging.ERROR)
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    """Hear every logger at its most talkative."""
    root, recorder = logging.getLogger(), Recorder()
    level = root.level
    root.addHandler(recorder)
    root.setLevel(logging.DEBUG)
    yield recorder
    root.removeHandler(recorder)
    root.setLevel(level)


def found(value: str, text: str) -> bool:
    """Tell whether a text holds a value: in clear, in JSON's or HTML's clothes, or in base64 at any offset."""
    if value in text:
        return True
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + value.encode())
        core = encoded[4 if offset else 0 : len(encoded) - 4].decode()
        if core in text or core.translate(str.maketrans("+/", "-_")) in text:
            return True
    return False


def told(response: Any) -> str:
    """Give everything that a client gets: status, headers, cookies and body."""
    return "\n".join([str(response.headers), response.cookies.output(), response.content.decode()])


def walk_json(client: Client) -> str:
    """Start, look, be refused, act, raise and end through the endpoint."""
    texts: list[str] = []

    def post(body: dict[str, Any]) -> Any:
        response = client.post("/wf/", json.dumps(body), content_type="application/json")
        texts.append(told(response))
        return response.json() if response.status_code != 500 else None

    answer = post({"wfid": "tests/leaky"})
    answer = post({"wfs": answer["wfs"], "input": {"formData": {"boom": ""}}})
    post({"wfs": answer["wfs"]})
    post({"wfs": answer["wfs"], "input": {"action": "wf.refresh", "formData": {"boom": "x"}}})
    post({"wfs": answer["wfs"], "input": {"action": "wf.refresh", "formData": {"boom": "draw"}}})
    answer = post({"wfs": answer["wfs"], "input": {"formData": {"boom": "refuse", "code": None}}})
    answer = post({"wfs": answer["wfs"], "input": {"action": "again"}})
    post({"wfs": answer["wfs"], "input": {"formData": {"boom": "raise"}}})
    answer = post({"wfs": answer["wfs"], "input": {"formData": {}}})
    assert answer["status"] == "finished"
    return "\n".join(texts)


def walk_pages(client: Client) -> str:
    """Start, look, be refused, act, raise and end through the pages."""
    texts: list[str] = []

    def fields(response: Any) -> dict[str, str]:
        form = forms_of(response.content.decode())
        return {name: value for name, value in form.items() if name != "csrfmiddlewaretoken"}

    def send(url: str, page: Any, **data: str) -> Any:
        response = client.post(url, {**fields(page), **data})
        texts.append(told(response))
        if response.status_code == 303:
            response = client.get(response.headers["Location"])
            texts.append(told(response))
        return response

    page = client.get("/leaky/")
    page = send("/leaky/", page, boom="")
    url = page.wsgi_request.get_full_path()
    send(url, page, wf_action="wf.refresh", boom="draw")
    page = send(url, page, boom="refuse")
    page = send(url, page, wf_action="again")
    send(url, page, boom="raise")
    send(url, client.get(url), boom="")
    return "\n".join(texts)


def forms_of(html: str) -> dict[str, str]:
    """Read the hidden fields of a page."""
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html)
    return dict(inputs)


def read_admin() -> str:
    """Read the list and the page of every flow as staff do."""
    staff = Client()
    staff.force_login(User.objects.get(username=STAFF))
    texts = [told(staff.get("/admin/flows/inviteflow/"))]
    texts += [told(staff.get(f"/admin/flows/inviteflow/{flow.pk}/change/")) for flow in InviteFlow.objects.all()]
    return "\n".join(texts)


@settings(max_examples=3, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(salt=st.uuids())
def test_only_what_is_passed_reaches_anybody(salt: uuid.UUID, recorder: Recorder) -> None:
    """Every key holds a value of its own; each is looked for in all that anybody gets to see."""
    PLANTED.clear()
    PLANTED.update({key: uuid.uuid5(salt, key).hex for key in keys(LeakContext)})
    User.objects.filter(username=STAFF).delete()
    User.objects.create_superuser(STAFF)
    InviteFlow.objects.all().delete()
    recorder.texts.clear()
    mail.outbox.clear()
    client = Client(raise_request_exception=False)
    answers = walk_json(client) + walk_pages(client)
    assert sum(bool(message.alternatives) for message in mail.outbox) == 4
    mails = "\n".join(str(message.message()) + str(message.alternatives) for message in mail.outbox)
    staff_saw = read_admin()
    assert InviteFlow.objects.count() == 2
    for key, value in PLANTED.items():
        assert found(value, answers) is (key in ("shown", "revealed")), key
        assert found(value, staff_saw) is (key == "email"), key
        assert not found(value, mails), key
        assert not found(value, "\n".join(recorder.texts)), key


def test_the_search_itself_finds_what_is_hidden() -> None:
    """A search that cannot find would prove nothing."""
    value = uuid.uuid4().hex
    for offset in range(3):
        text = base64.urlsafe_b64encode(b"x" * offset + value.encode() + b"yz").decode()
        assert found(value, f'{{"wfs": "{text}"}}')
    assert not found(value, base64.b64encode(uuid.uuid4().hex.encode()).decode())
