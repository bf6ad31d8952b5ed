"""What an undo asks to be sent: it leaves once, with the undo that completed, and sees what its step passes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail

from tests.integration.durable.shop import TICK, World
from wfapp import Context, Include, Workflow, step
from wfapp.links.outbox import deliver_due
from wfapp.models import OutgoingMessage
from wfapp.testing import isolated_registry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def book(outside: World) -> Iterator[type[Workflow[Any]]]:
    """Give a workflow whose undo writes a mail and calls a webhook, and whose next step fails."""

    class BookContext(Context):
        name: str = ""
        secret: str = ""

    with isolated_registry():

        class Book(Workflow[BookContext]):
            name = "tests/undo-mails"

            @step(durable=True, passes=["name"])
            def book(self) -> None:
                self.ctx.name, self.ctx.secret = "Ann", "sesame"

            @book.compensate(retries=1, delay=TICK)
            def unbook(self) -> None:
                self.mail("ann@example.com", "mail/hello", extra={"code": "123456"})
                self.notify("email", "bob@example.com", "mail/hello", extra={"code": "123456"})
                outside.called("unbook", self)

            @step(durable=True)
            def fail(self) -> None:
                raise OSError

        yield Book


def sent() -> list[tuple[str, str]]:
    """Deliver what is due, and list to whom what was sent."""
    deliver_due()
    return [(one.to[0], str(one.body)) for one in mail.outbox]


def test_an_undo_mails(book: type[Workflow[Any]]) -> None:
    """With the passed context of its step, and of nothing else."""
    assert book.run().status == "failed"
    assert {to for to, _body in sent()} == {"ann@example.com", "bob@example.com"}
    assert all("Ann" in body and "sesame" not in body for _to, body in sent())


def test_what_an_undo_mails_leaves_once(book: type[Workflow[Any]], outside: World) -> None:
    """An attempt that fails sends nothing."""
    outside.errors["unbook"] = [OSError()]
    assert book.run().status == "failed"
    assert outside.calls == ["unbook", "unbook"]
    assert sorted(to for to, _body in sent()) == ["ann@example.com", "bob@example.com"]


def test_an_undo_that_fails_for_good_mails_nothing(book: type[Workflow[Any]], outside: World) -> None:
    """The mail would tell what is not so."""
    outside.errors["unbook"] = [OSError(), OSError()]
    assert book.run().status == "compensation_failed"
    assert not OutgoingMessage.objects.exists()


def test_the_undo_of_an_included_step_mails(book: type[Workflow[Any]]) -> None:
    """With what the included workflow passes."""

    class Outer(Workflow[Context]):
        name = "tests/undo-mails-outer"
        steps = [Include("tests/undo-mails", name="inner")]

    assert Outer.run().status == "failed"
    assert all("Ann" in body for _to, body in sent())
    assert len(mail.outbox) == 2
