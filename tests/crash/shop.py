"""An order that reserves, charges through the payment server and ships, with points to be killed at in its steps."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django import forms
from django.contrib.auth.models import Group

from tests.crash.payments import Payments
from tests.crash.workers import reach
from wfapp import Context, Finish, Params, Workflow, rounds, step
from wfapp.rounds.answer import Answer, Caller, Input

__all__ = ["CrashBackground", "CrashOrder", "begin", "confirm", "did", "outside", "wrote"]

TICK = timedelta(milliseconds=1)
ANYBODY = Caller(door="python")


class Outside:
    """Hold the payment server of this test; a fixture puts it here."""

    payments: Payments


outside = Outside()


def wrote(order: str, what: str) -> int:
    """Count what was written into the database of an order, and committed."""
    return Group.objects.filter(name__startswith=f"{order} {what} ").count()


def did(order: str, what: str) -> None:
    """Write that something was done; a second time makes a second row."""
    Group.objects.create(name=f"{order} {what} {uuid.uuid4()}")


class OrderContext(Context):
    name: str = "Ann"
    payment: int = 0


class CrashOrder(Workflow[OrderContext]):
    """Ask once, act, mail, end; a doomed one fails at its last step."""

    name = "tests/crash-order"
    cancellable = True

    class Params(Params):
        order: str
        doomed: bool = False

    confirm = step(form=forms.Form)

    @step
    def note(self) -> None:
        did(self.params.order, "note")

    @step(durable=True)
    def reserve(self) -> None:
        did(self.params.order, "reserve")

    @reserve.compensate(retries=2, delay=TICK)
    def unreserve(self) -> None:
        did(self.params.order, "unreserve")

    @step(retries=2, delay=TICK)
    def charge(self) -> None:
        did(self.params.order, "charge")
        reach("inside a step, before its effect")
        self.ctx.payment = outside.payments.book("charge", self.params.order, self.flow.idempotency_key)
        reach("inside a step, after its effect")

    @charge.compensate(retries=2, delay=TICK)
    def refund(self) -> None:
        did(self.params.order, "refund")
        reach("inside an undo, before its effect")
        outside.payments.book("refund", self.params.order, self.flow.idempotency_key)
        reach("inside an undo, after its effect")

    @step(durable=True, passes=["name"])
    def ship(self) -> None:
        if self.params.doomed:
            raise OSError("no van")
        did(self.params.order, "ship")
        self.mail("ann@example.com", "mail/hello")

    @step
    def done(self) -> Finish:
        did(self.params.order, "done")
        return Finish(data={"payment": self.ctx.payment})


class CrashBackground(CrashOrder):
    """Have a worker provide something before it is shipped."""

    name = "tests/crash-background"
    steps = ["confirm", "note", "reserve", "charge", "provide", "ship", "done"]

    @step(background=True)
    def provide(self) -> None:
        did(self.params.order, "provide")
        reach("inside a background step")


def begin(order: str, *, doomed: bool = False, workflow: type[CrashOrder] = CrashOrder) -> Answer:
    """Start an order, which comes to its page; again, it is the same flow under a new token."""
    params = {"order": order, "doomed": doomed}
    return rounds.start(workflow, caller=ANYBODY, params=params, idempotency_key=order.ljust(22, "."))


def confirm(page: Answer) -> Answer:
    """Answer the page."""
    assert page.token is not None
    return rounds.play(page.token, caller=ANYBODY, input=Input(values={}))
