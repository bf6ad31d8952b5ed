"""Workflows that the tests of the element play."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from tests.integration.ends import Leaving
from wfapp import Context, DeviceLink, EmailLink, Finish, Params, Workflow, step
from wfapp.fields import Paragraph

__all__ = ["JAMS", "Leaving", "Letter", "Note", "Odd", "Parcel", "Trip"]


JAMS: list[OSError] = []
"""What stops the printer of labels, once each."""


class NameForm(forms.Form):
    name = forms.CharField(max_length=200, help_text="As in your passport.")
    email = forms.EmailField(label="E-mail", required=False)


class StayForm(forms.Form):
    country = forms.ChoiceField(choices=[("at", "Austria"), ("ch", "Switzerland")])
    nights = forms.IntegerField(min_value=1, max_value=9)
    note = forms.CharField(required=False)
    paper = forms.FileField(required=False)

    def prepare(self, passed: dict[str, Any], data: dict[str, Any]) -> None:
        """Ask for a canton in Switzerland alone, and count the words of the note."""
        if data.get("country") == "ch":
            self.fields["canton"] = forms.CharField()
        self.fields["nights"].help_text = f"A note of {len(str(data.get('note') or ''))} letters."


class TripParams(Params):
    tag: str = ""


class TripContext(Context):
    name: str = ""


class Trip(Workflow[TripContext]):
    """Ask who travels and where to, then show it all."""

    name = "element/trip"
    exposed = True
    cancellable = True
    Params = TripParams

    @step(form=NameForm, title="Who travels?", keep=True, revisit=True)
    def who(self, form: NameForm) -> None:
        if form.cleaned_data["name"] == "wrong":
            form.add_error("name", "Not that one.")
            form.add_error(None, "And not today.")
            return
        self.ctx.name = form.cleaned_data["name"]

    @step(form=StayForm, title="Where to, {{ ctx.name }}?", passes=["name"], submit="Book", keep=True, revisit=True)
    def stay(self, form: StayForm) -> None:
        pass

    @stay.action(label="Call {{ ctx.name }}", cooldown=timedelta(seconds=2), limit=2)
    def ring(self) -> None:
        self.message("We are calling.")

    @stay.action(label="On your phone")
    def phone(self) -> DeviceLink:
        return DeviceLink()

    @step(form=forms.Form, title="Is it right?", answers=True)
    def check(self, form: forms.Form) -> Finish:
        return Finish(data={"name": self.ctx.name, "tag": self.params.tag}, message="Have a good trip.")


class Letter(Workflow[Context]):
    """Wait for somebody to open a letter."""

    name = "element/letter"
    exposed = True
    cancellable = True

    @step(form=forms.Form, title="Write")
    def write(self, form: forms.Form) -> None:
        pass

    @step(title="Sent", url_name="register")
    def send(self) -> EmailLink:
        return EmailLink("guest@example.com", "accounts/mail/recover", title="Join us", submit="Join")

    read = step(form=forms.Form, title="Read")


class NoteForm(forms.Form):
    hint = Paragraph(text="Nothing is sent.")
    note = forms.CharField(widget=forms.Textarea)


class Note(Workflow[Context]):
    """Take a note, in a token."""

    name = "element/note"
    exposed = True
    storage = "token"

    @step(form=NoteForm, title="A note")
    def take(self, form: NoteForm) -> Finish:
        return Finish(message=form.cleaned_data["note"])


class Parcel(Workflow[Context]):
    """Print a label with a printer that may be jammed."""

    name = "element/parcel"
    exposed = True

    ask = step(form=forms.Form, title="A parcel")

    @step(retries=1, delay=timedelta(minutes=1), jitter=False, title="Printing", description="The label is printed.")
    def label(self) -> None:
        if JAMS:
            raise JAMS.pop()

    done = step(form=forms.Form, title="Here it is")


class OddForm(forms.Form):
    """Name fields as what a form of a browser has itself."""

    remove = forms.CharField()
    submit = forms.CharField(required=False)
    action = forms.CharField(required=False)


class Odd(Workflow[Context]):
    """Ask for them, twice, with a way back."""

    name = "element/odd"
    exposed = True

    first = step(form=OddForm, title="First", revisit=True)
    second = step(form=OddForm, title="Second")
