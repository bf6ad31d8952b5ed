"""Ends of each kind, in the shape of the demo's: what the demo has not."""

from __future__ import annotations

from django import forms

from wfapp import Abort, Choice, Context, Finish, Skip, Workflow, step

__all__ = ["Ends"]


class EndForm(forms.Form):
    """Ask how to end."""

    end = forms.CharField()


class Ends(Workflow[Context]):
    """End as it was asked to."""

    name = "js/ends"
    exposed = True
    cancellable = True

    @step(form=EndForm, title="How?")
    def ask(self, form: EndForm) -> Finish | Abort:
        """Choose by what was typed."""
        home, again = Choice("To the shop", "/shop/"), Choice("Start again", reload=True)
        ends = {
            "immediate": Finish(data={"number": 7}),
            "auto": Finish(message="Thank you.", after=4, skip=Skip("Go now")),
            "manual": Finish(choices=[home, again, Choice("Close", dismiss=True)]),
            "aborted": Abort("gave-up", "Until next time.", redirect="/"),
        }
        return ends[form.cleaned_data["end"]]
