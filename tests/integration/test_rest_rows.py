"""Formsets behind the REST endpoint."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django import forms
from django.forms import formset_factory
from django.test import Client

from tests.integration.rest_samples import send, submit
from wfapp import Context, Finish, Workflow, step

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.integration.rest_samples")]


class LineForm(forms.Form):
    """Ask for one thing."""

    name = forms.CharField(max_length=20)
    qty = forms.IntegerField(min_value=1)


class Cart(Workflow[Context]):
    """Take rows and give them back."""

    name = "rest/cart"
    exposed = True
    cart: Any = step(form=formset_factory(LineForm, can_delete=True))

    @cart.form_kwargs
    def cart_kwargs(self) -> dict[str, Any]:
        """Put the rows under a name of their own."""
        return {"prefix": "lines", "initial": [{"name": "pen", "qty": 2}]}

    @step(form=forms.Form)
    def confirm(self, form: forms.Form) -> Finish:
        """Give the rows back."""
        return Finish(data={"lines": [dict(row) for row in self.answers["cart"]["lines"]]})


def post(client: Client, body: object) -> Any:
    """Post a body and decode the answer."""
    return send(client, body).json()


def test_rows_from_start_to_end(client: Client) -> None:
    """They are described, begin with what is given, are refused by path and taken."""
    first = post(client, {"wfid": "rest/cart"})
    required = first["inputRequired"]
    assert required["view"]["initial"] == {"lines": [{"name": "pen", "qty": 2, "DELETE": False}]}
    rows = required["payload"]["schema"]["properties"]["lines"]
    assert (rows["type"], rows["items"]["required"]) == ("array", ["name", "qty"])
    refused = post(client, submit(first["wfs"], lines=[{"name": "pen", "qty": 2}, {"name": "ink", "qty": 0}]))
    assert refused["inputRequired"]["context"]["errors"] == {
        "lines.1.qty": "Ensure this value is greater than or equal to 1."
    }
    assert refused["inputRequired"]["view"]["initial"]["lines"][1] == {"name": "ink", "qty": 0, "DELETE": False}
    assert refused["inputRequired"]["payload"]["version"] == required["payload"]["version"]
    taken = post(client, submit(refused["wfs"], lines=[{"name": "ink", "qty": 1}]))
    end = post(client, submit(taken["wfs"]))
    assert end["data"] == {"lines": [{"name": "ink", "qty": 1}]}


def test_a_refresh_draws_a_new_row(client: Client) -> None:
    """Nothing is validated."""
    first = post(client, {"wfid": "rest/cart"})
    body = {"wfs": first["wfs"], "input": {"action": "wf.refresh", "formData": {"lines": [{"qty": 0}, {}]}}}
    drawn = post(client, body)["inputRequired"]
    assert drawn["view"]["initial"]["lines"] == [{"name": "pen", "qty": 0, "DELETE": False}, {"DELETE": False}]
    assert "errors" not in drawn["context"]


@pytest.mark.parametrize(
    "lines",
    [
        "pen",
        {"0": {"name": "pen"}},
        7,
        [None],
        [[]],
        ["pen"],
        [{}] * 2001,
        [{"name": ["pen"]}],
        [{"qty": {"a": 1}}],
        [{"qty": "1" * 9000}],
        json.loads("[" * 20 + "]" * 20),
    ],
)
def test_a_hostile_shape_is_a_400(client: Client, lines: Any) -> None:
    """The token is not consumed."""
    first = post(client, {"wfid": "rest/cart"})
    response = send(client, submit(first["wfs"], lines=lines))
    assert (response.status_code, response.json()["error"]["code"]) == (400, "malformed")
    assert post(client, submit(first["wfs"], lines=[]))["status"] == "form"


@pytest.mark.parametrize("count", [100_000, 20_000])
def test_rows_beyond_the_limit_of_a_body_are_not_read(client: Client, count: int) -> None:
    """They are too large, or too many."""
    first = post(client, {"wfid": "rest/cart"})
    assert send(client, submit(first["wfs"], lines=[{}] * count)).status_code in {400, 413}
