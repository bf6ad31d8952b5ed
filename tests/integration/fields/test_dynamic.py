"""What ``prepare`` changes is drawn and enforced, through the page, the endpoint and Python alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django import forms
from django.urls import include, path

from tests.integration.fields.doors import DOORS, Door, Page, Rest
from wfapp import Context, Finish, Workflow, step
from wfapp.forms import describe
from wfapp.models import Flow
from wfapp.testing import isolated_registry
from wfapp.web import WorkflowView

pytestmark = pytest.mark.django_db

urlpatterns = [path("wf/", include("wfapp.urls"))]

SIZES = [("s", "Small"), ("m", "Medium")]


class OrderForm(forms.Form):
    """Change in the way that a test says, once the kind is ``new``."""

    kind = forms.CharField(initial="old", required=False)
    size = forms.ChoiceField(choices=SIZES, required=False)
    count = forms.IntegerField(required=False)
    note = forms.CharField(required=False, help_text="If any")

    change: Callable[[Any], None]

    def prepare(self, passed: Any, data: Any) -> None:
        if data.get("kind") == "new":
            type(self).change(self)


@dataclass(frozen=True, kw_only=True)
class Change:
    """Say what ``prepare`` does, and how a page and a client see it."""

    make: Callable[[Any], None]
    html: str
    entry: dict[str, Any] | None
    order: list[str] | None = None
    name: str = "note"


def attribute(name: str, value: str) -> Callable[[Any], None]:
    return lambda form: form.fields["note"].widget.attrs.update({name: value})


def setting(name: str, value: Any) -> Callable[[Any], None]:
    return lambda form: setattr(form.fields["note"], name, value)


CHANGES = {
    "label": Change(
        make=setting("label", "Wish"),
        html='<label for="id_note">Wish',
        entry={"schema": {"title": "Wish"}},
    ),
    "help text": Change(
        make=setting("help_text", "One line"),
        html='id="id_note_helptext">One line</div>',
        entry={"schema": {"description": "One line"}},
    ),
    "placeholder": Change(
        make=attribute("placeholder", "Ribbon"),
        html='placeholder="Ribbon"',
        entry={"ui": {"ui:placeholder": "Ribbon"}},
    ),
    "another attribute": Change(
        make=attribute("data-x", "1"), html='data-x="1"', entry={"ui": {"ui:attributes": {"data-x": "1"}}}
    ),
    "hidden": Change(
        make=setting("widget", forms.HiddenInput()),
        html='<input type="hidden" name="note"',
        entry={"ui": {"ui:widget": "hidden"}},
    ),
    "disabled": Change(
        make=setting("disabled", True),
        html='name="note" disabled',
        entry={"ui": {"ui:disabled": True}},
    ),
    "required": Change(make=setting("required", True), html='name="note" required', entry={"required": True}),
    "choices": Change(
        make=lambda form: setattr(form.fields["size"], "choices", [("l", "Large")]),
        html='<option value="l">Large</option>',
        entry={"schema": {"enum": ["l"]}, "ui": {"ui:enumNames": ["Large"]}},
        name="size",
    ),
    "order": Change(
        make=lambda form: form.order_fields(["note", "kind"]),
        html="",
        entry=None,
        order=["note", "kind", "size", "count"],
    ),
    "a new field": Change(
        make=lambda form: form.fields.update(gift=forms.CharField(max_length=9)),
        html='name="gift" maxlength="9" required',
        entry={"schema": {"type": "string", "title": "Gift", "maxLength": 9}, "required": True},
        name="gift",
    ),
    "another kind": Change(
        make=lambda form: form.fields.update(count=forms.MultipleChoiceField(choices=SIZES, required=False)),
        html='<select name="count" id="id_count" multiple>',
        entry={
            "schema": {"type": "array", "uniqueItems": True, "items": {"type": "string", "enum": ["s", "m"]}},
            "ui": {"ui:widget": "select", "ui:enumNames": ["Small", "Medium"]},
        },
        name="count",
    ),
}


@pytest.fixture
def order(settings: Any) -> Iterator[Callable[[Callable[[Any], None]], type[Workflow[Any]]]]:
    """Declare a workflow of one page whose form changes as it is told."""
    settings.ROOT_URLCONF = __name__
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": []}]
    before = list(urlpatterns)

    def declare(make: Callable[[Any], None]) -> type[Workflow[Any]]:
        form_class = type("ChangedForm", (OrderForm,), {"change": staticmethod(make)})

        class Order(Workflow[Context]):
            name = "fields/order"
            exposed = True

            @step(form=form_class, attempts=2)
            def fill_in(self, form: forms.Form) -> None:
                pass

            @step
            def done(self) -> Finish:
                return Finish(data={"seen": True})

        urlpatterns.append(path("order/", WorkflowView.as_view(workflow=Order)))
        return Order

    with isolated_registry():
        yield declare
    urlpatterns[:] = before


def opened(door: type[Door], workflow: type[Workflow[Any]]) -> Any:
    return door(workflow, "/order/")


@pytest.mark.parametrize("kind", CHANGES)
def test_a_page_draws_what_changed(kind: str, order: Any) -> None:
    """After a refresh with what was typed, and not before."""
    change = CHANGES[kind]
    page = opened(Page, order(change.make))
    before = page.sheet.text
    seen = page.refresh(kind="new")
    assert change.html in seen.text
    assert not change.html or change.html not in before
    names = [name for name in seen.initial if name in {"kind", "count", "note"}]
    assert names[0] == ("note" if change.order else "kind")


@pytest.mark.parametrize("kind", CHANGES)
def test_a_client_hears_what_changed(kind: str, order: Any) -> None:
    """Exactly that; laid over the payload it is the prepared form, and the payload stays the same."""
    change = CHANGES[kind]
    client = opened(Rest, order(change.make))
    payload, live = client.required["payload"], client.required["view"]["live"]
    assert (client.required["view"]["fields"], live) == ({}, True)
    client.refresh(kind="new")
    view = client.required["view"]
    assert client.required["payload"] == payload
    expected = {change.name: change.entry}
    if kind == "another kind":
        assert view["fields"]["count"]["schema"]["items"] == {"type": "string", "enum": ["s", "m"]}
    else:
        assert view["fields"] == ({} if change.entry is None else expected)
    assert view.get("order") == change.order
    prepared = OrderForm()
    change.make(prepared)
    now = describe(prepared, evaluate=True)
    assert (client.merged["schema"], client.merged["ui"]) == (now.schema, now.ui)
    assert list(client.merged["schema"]["properties"]) == list(prepared.fields)


@pytest.mark.parametrize("door", DOORS)
def test_a_changed_initial_value_stands_in_what_was_not_typed(door: type[Door], order: Any) -> None:
    """A field that nothing was sent for starts with it; what was sent stays, and so does what was emptied."""

    def change(form: Any) -> None:
        form.fields["gift"] = forms.CharField(initial="Ribbon")

    flow = opened(door, order(change))
    seen = flow.refresh(kind="new", note="typed")
    assert (seen.initial["gift"], seen.initial["note"], seen.initial["kind"]) == ("Ribbon", "typed", "new")
    assert flow.refresh(kind="new", gift="").initial.get("gift", "") == ""


@pytest.mark.parametrize("door", DOORS)
def test_a_refresh_of_nothing_is_the_first_drawing(door: type[Door], order: Any) -> None:
    """Each field starts as it did, and ``prepare`` sees that."""
    flow = opened(door, order(lambda form: None))
    assert flow.refresh().initial["kind"] == "old"


@pytest.mark.parametrize("door", DOORS)
def test_a_refresh_validates_stores_and_counts_nothing(door: type[Door], order: Any) -> None:
    """However often; the two attempts are all there afterwards."""
    flow = opened(door, order(setting("required", True)))
    rows = list(Flow.objects.values())
    for _time in range(3):
        assert flow.refresh(kind="new").errors == {}
    assert list(Flow.objects.values()) == rows
    assert list(flow.submit(kind="new").errors.values()) == ["This field is required."]
    assert flow.submit(kind="new", note="x").data is not None


def spied(form_class: Any) -> list[Any]:
    """Note what a form made of its input."""
    notes: list[Any] = []
    clean = form_class.clean

    def noted(self: Any) -> Any:
        notes.append(dict(self.cleaned_data))
        return clean(self)

    form_class.clean = noted
    return notes


@pytest.mark.parametrize(
    ("door", "hostile"),
    [*((door, "typed") for door in DOORS), *((door, value) for door in DOORS[1:] for value in (5, ["a"], {"a": 1}))],
)
def test_the_value_of_a_disabled_field_is_ignored(door: type[Door], hostile: Any, order: Any) -> None:
    """Whatever it is: Django takes the initial one."""
    workflow = order(setting("disabled", True))
    notes = spied(workflow.get_step("fill_in").form_classes[0])
    assert opened(door, workflow).submit(kind="new", note=hostile).data is not None
    assert notes[0]["note"] in (None, "")


@pytest.mark.parametrize("door", DOORS)
def test_a_choice_must_be_among_the_current_ones(door: type[Door], order: Any) -> None:
    """An earlier one is refused, a new one is taken."""
    flow = opened(door, order(CHANGES["choices"].make))
    errors = flow.submit(kind="new", size="s").errors
    assert list(errors.values()) == ["Select a valid choice. s is not one of the available choices."]
    assert flow.submit(kind="new", size="l").data is not None


@pytest.mark.parametrize("door", DOORS)
def test_a_field_that_appears_is_validated(door: type[Door], order: Any) -> None:
    """It is missed, and it is taken."""
    flow = opened(door, order(CHANGES["a new field"].make))
    assert list(flow.submit(kind="new").errors.values()) == ["This field is required."]
    assert flow.submit(kind="new", gift="Ribbon").data is not None


def replaced(field: forms.Field) -> Callable[[Any], None]:
    return lambda form: form.fields.update(count=field)


@pytest.mark.parametrize("door", DOORS[1:])
@pytest.mark.parametrize(
    ("field", "value", "cleaned"),
    [
        (forms.MultipleChoiceField(choices=SIZES), ["s", "m"], ["s", "m"]),
        (forms.BooleanField(), True, True),
        (forms.JSONField(), {"a": 1}, {"a": 1}),
        (forms.CharField(), "9" * 200, "9" * 200),
        (forms.SplitDateTimeField(), "2026-02-03T04:05:06+00:00", "2026-02-03 04:05:06+00:00"),
    ],
)
def test_a_field_of_another_kind_takes_its_own_values(
    door: type[Door], field: forms.Field, value: Any, cleaned: Any, order: Any
) -> None:
    """The kind that stood there before has no say."""
    workflow = order(replaced(field))
    notes = spied(workflow.get_step("fill_in").form_classes[0])
    assert opened(door, workflow).submit(kind="new", count=value).data is not None
    found = notes[0]["count"]
    assert (found if isinstance(cleaned, type(found)) else str(found)) == cleaned


@pytest.mark.parametrize("door", DOORS[1:])
def test_a_field_of_another_kind_is_drawn_with_what_was_sent(door: type[Door], order: Any) -> None:
    """On a refresh too."""
    flow = opened(door, order(replaced(forms.MultipleChoiceField(choices=SIZES))))
    assert flow.refresh(kind="new", count=["m"]).initial["count"] == ["m"]


def test_a_value_that_fits_neither_kind_is_refused(order: Any) -> None:
    """By the kind that stands there now."""
    client = opened(Rest, order(replaced(forms.BooleanField())))
    body = {"wfs": client.answer["wfs"], "input": {"formData": {"kind": "new", "count": "x"}}}
    response = client.client.post("/wf/", body, content_type="application/json")
    assert (response.status_code, response.json()["error"]["message"]) == (400, "count: expected true or false.")


@pytest.mark.parametrize("door", DOORS[1:])
def test_unknown_keys_are_reported(door: type[Door], order: Any) -> None:
    """Those that never were, and a value for a field that is gone; a refresh says nothing of them."""
    flow = opened(door, order(lambda form: form.fields.pop("note")))
    assert flow.refresh(kind="new", note="typed", other=1).errors == {}
    errors = flow.submit(kind="new", note="typed", other=1).errors
    assert errors == {"__form": "Unknown fields: note, other."}
    assert flow.submit(kind="new", note="").data is not None
