"""Workflows of which only a few flows go on at once."""

from __future__ import annotations

from typing import Any

from django import forms

from tests.integration.durable.shop import world
from wfapp import Context, Finish, Workflow, step

__all__ = ["Booth", "Door", "Job", "Packing", "Refused"]


class NameForm(forms.Form):
    name = forms.CharField()


class BoothContext(Context):
    name: str = ""


class Booth(Workflow[BoothContext]):
    """Two at once, one page and one step each; the others wait."""

    name = "tests/booth"
    title = "The booth"
    exposed = True
    cancellable = True
    max_concurrency = 2

    @step(form=NameForm, title="Your name")
    def ask(self, form: forms.Form) -> None:
        self.ctx.name = form.cleaned_data["name"]

    @step(durable=True)
    def vote(self) -> Any:
        return world.called("vote", self) or Finish(data={"name": self.ctx.name})

    @vote.compensate
    def unvote(self) -> None:
        world.called("unvote", self)


class Door(Booth):
    """The same, but nobody waits."""

    name = "tests/booth-door"
    when_full = "refuse"


class Job(Workflow[BoothContext]):
    """Five at once, without a page."""

    name = "tests/limited-job"
    max_concurrency = 5

    @step
    def work(self) -> Any:
        return world.called("work", self)


class Refused(Job):
    """The same, but nobody waits."""

    name = "tests/limited-job-door"
    when_full = "refuse"


class Packing(Workflow[BoothContext]):
    """One at a time, by workers."""

    name = "tests/packing"
    max_concurrency = 1

    @step(background=True)
    def pack(self) -> None:
        world.called("pack", self)
