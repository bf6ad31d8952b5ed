"""Workflows without forms, and one that includes a form: what code runs."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import Group

from tests.integration.durable.shop import TICK, world
from wfapp import Abort, Context, Finish, If, Include, Params, Workflow, step

__all__ = ["Asks", "AsksInBranch", "AsksInside", "Async", "Export", "Exports", "ForStaff", "Job"]


class JobContext(Context):
    amount: int = 0
    secret: str = ""


class Job(Workflow[JobContext]):
    """Two plain steps, one with an undo, one with retries, and one more."""

    name = "tests/job"

    class Params(Params):
        amount: int = 1

    @step
    def take(self) -> None:
        self.ctx.amount = self.params.amount
        world.called("take", self)

    @step
    def check(self) -> None:
        world.called("check", self)

    @step(durable=True)
    def book(self) -> None:
        world.called("book", self)

    @book.compensate
    def unbook(self) -> None:
        world.called("unbook", self)

    @step(retries=1, delay=TICK)
    def send(self) -> None:
        world.called("send", self)

    @step
    def done(self) -> Any:
        return world.called("done", self) or Finish(data={"amount": self.ctx.amount})


class Export(Workflow[JobContext]):
    """Plain steps alone."""

    name = "tests/export"

    @step
    def first(self) -> None:
        world.called("first", self)

    @step
    def second(self) -> Any:
        return world.called("second", self)


class Async(Workflow[JobContext]):
    """Steps that await, one of them with a deadline, and an undo that does."""

    name = "tests/async-job"

    @step(durable=True)
    async def book(self) -> None:
        await Group.objects.acreate(name="booked")

    @book.compensate
    async def unbook(self) -> None:
        await Group.objects.acreate(name="unbooked")

    @step(timeout=timedelta(seconds=2))
    async def wait(self) -> Any:
        await Group.objects.acreate(name="before")
        await asyncio.sleep(world.hooks["nap"](self) if "nap" in world.hooks else 0)
        world.calls.append("awake")
        return Finish(data={"booked": await Group.objects.acount()})


class ForStaff(Workflow[JobContext]):
    """A step that not everybody may run."""

    name = "tests/for-staff"

    @step
    def first(self) -> None:
        world.called("first", self)

    @step(permission="auth.change_user")
    def second(self) -> Abort:
        return Abort("refused")


class Asks(Workflow[JobContext]):
    """One page."""

    name = "tests/asks"

    @step(form=forms.Form)
    def page(self, form: forms.Form) -> None:
        pass


class Exports(Workflow[JobContext]):
    """One inside of another, at the very beginning."""

    name = "tests/exports"
    steps = [Include("tests/export", name="one"), Include("tests/async-job", name="two"), "done"]

    @step
    def done(self) -> Any:
        return world.called("done", self)


class AsksInside(Workflow[JobContext]):
    """A page in an included workflow."""

    name = "tests/asks-inside"
    steps = ["first", Include("tests/asks")]

    @step
    def first(self) -> None:
        pass


class AsksInBranch(Workflow[JobContext]):
    """A page that hardly anybody sees."""

    name = "tests/asks-in-branch"
    steps = [If("secret", ["page"], else_=["first"])]

    @step
    def first(self) -> None:
        pass

    @step(form=forms.Form)
    def page(self, form: forms.Form) -> None:
        pass
