"""Workflows with the pages that no recipe of the demo has."""

from __future__ import annotations

from datetime import timedelta

from django import forms

from wfapp import Context, Finish, Limit, Skip, Workflow, step

__all__ = ["EXTRAS", "Countdown", "Limited", "Slow"]


class Countdown(Workflow[Context]):
    """End with a countdown that is long enough to be looked at."""

    name = "pages/countdown"
    title = "Countdown"
    exposed = True

    @step(form=forms.Form, title="Leave?")
    def ask(self, form: forms.Form) -> Finish:
        return Finish(message="Over.", redirect="/hello/", after=timedelta(minutes=10), skip=Skip("Leave now"))


class Limited(Workflow[Context]):
    """Take one answer in an hour."""

    name = "pages/limited"
    title = "Limited"
    exposed = True

    @step(form=forms.Form, title="Once", limit=Limit("once", key="address", rate="1/h", counts_accepted=True))
    def ask(self, form: forms.Form) -> Finish:
        return Finish(message="That was it.")


class Slow(Workflow[Context]):
    """Wait for a worker that nobody starts."""

    name = "pages/slow"
    title = "Slow"
    exposed = True

    ask = step(form=forms.Form, title="Make it?")

    @step(background=True, title="Making it")
    def make(self) -> Finish:
        return Finish()


EXTRAS = {"countdown": Countdown, "limited": Limited, "slow": Slow}
