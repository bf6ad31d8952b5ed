"""A workflow that ends in every way, with targets that its client gives."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from wfapp import Abort, Choice, Context, Finish, Params, Skip, Workflow, step
from wfapp.web import WorkflowView

__all__ = ["Leaving", "urlpatterns"]


class HowForm(forms.Form):
    how = forms.CharField()


class Target(Params):
    target: str = "/shop/"


class Leaving(Workflow[Context]):
    """Ask how to end, on the second page."""

    name = "ends/leaving"
    exposed = True
    Params = Target

    @step(form=HowForm, title="First")
    def first(self, form: HowForm) -> None:
        pass

    @step(form=HowForm, title="How")
    def how(self, form: HowForm) -> Finish | Abort:
        target, again = self.params.target, Choice("Again", reload=True)
        ends: dict[str, Finish | Abort] = {
            "next": Finish(message="Over."),
            "redirect": Finish(message="Over.", redirect=target),
            "auto": Finish(message="Over.", redirect=target, after=4.2),
            "auto-next": Finish(after=4, skip=Skip("Leave now")),
            "auto-cancel": Finish(redirect=target, after=4, skip=Skip("Wait here", "cancel")),
            "manual": Finish(choices=[Choice("Shop", target), again, Choice("Close", dismiss=True)]),
            "one": Finish(choices=[Choice("Shop", target)]),
            "abort": Abort("late", "Too late."),
            "abort-auto": Abort("late", "Too late.", after=4),
            "abort-redirect": Abort("late", "Too late.", redirect=target),
            "abort-manual": Abort("late", choices=[again]),
        }
        if form.cleaned_data["how"] not in ends:
            form.add_error("how", "Unknown.")
            return Finish()
        return ends[form.cleaned_data["how"]]


def target(request: HttpRequest, **_: Any) -> HttpResponse:
    """Stand where an end leads."""
    return HttpResponse(f"here: {request.path}")


urlpatterns = [
    path("wf/", include("wfapp.urls")),
    path("leave/", WorkflowView.as_view(workflow=Leaving)),
    path("leave/to/<path:target>", WorkflowView.as_view(workflow=Leaving)),
    path("leave/page/", WorkflowView.as_view(workflow=Leaving, next_page="/account/")),
    path("shop/", target),
    path("account/", target),
    path("next/", target),
]
