"""A workflow whose steps run in workers."""

from __future__ import annotations

from datetime import timedelta

from django import forms

from tests.integration.durable.background.outside import Outside
from wfapp import Context, Finish, Workflow, step

__all__ = ["Workspace"]

TICK = timedelta(milliseconds=1)


class NameForm(forms.Form):
    label = forms.CharField()


class WorkspaceContext(Context):
    label: str = ""
    made: int = 0


class Workspace(Workflow[WorkspaceContext]):
    """Ask for a name, reserve it, make the workspace in the background, ask once more, end."""

    name = "tests/workspace"
    exposed = True
    cancellable = True

    @step(form=NameForm)
    def ask(self, form: NameForm) -> None:
        self.ctx.label = form.cleaned_data["label"]

    @step(durable=True)
    def reserve(self) -> None:
        Outside().called("reserve", self)

    @reserve.compensate
    def unreserve(self) -> None:
        Outside().called("unreserve", self)

    @step(background=True, retries=2, delay=TICK, title="Your workspace")
    def make(self) -> None:
        self.flow.progress(0.4, "Creating your workspace")
        self.ctx.made += 1
        Outside().called("make", self)

    @make.compensate
    def unmake(self) -> None:
        Outside().called("unmake", self)

    @step
    def note(self) -> None:
        Outside().called("note", self)

    @step(background=True)
    def warm(self) -> None:
        Outside().called("warm", self)

    @step(form=forms.Form, passes=["label", "made"])
    def confirm(self, form: forms.Form) -> None:
        pass

    @step
    def done(self) -> Finish:
        return Finish(data={"made": self.ctx.made})
