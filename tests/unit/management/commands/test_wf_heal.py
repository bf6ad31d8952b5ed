"""wf_heal: shadow fields that were added later."""

from __future__ import annotations

import pytest
from django.core.management import CommandError

from tests.flows.factories import finished_invite, invite, make
from tests.flows.models import InviteFlow
from tests.unit.management.commands.run import run
from wfapp.models import flow_models

pytestmark = [pytest.mark.django_db, pytest.mark.db]

UNREADABLE = b"no sealed state at all"


def heal(*args: str) -> tuple[list[str], list[str]]:
    """Heal the invitations."""
    return run("wf_heal", "--model", "flows.InviteFlow", *args)


def empty_columns() -> None:
    """Make it look as if the columns had just been added."""
    InviteFlow.objects.update(email=None, role=None, plan=None)


def test_a_column_that_was_added_later_is_filled() -> None:
    """The sealed context has the values; a column with a default, whose key is missing, keeps its own."""
    flow = invite("ann@example.com")
    empty_columns()
    InviteFlow.objects.update(team="blue")
    assert heal() == (["flows.InviteFlow: 1 read, 1 filled, 0 unreadable."], [])
    flow.refresh_from_db()
    assert (flow.email, flow.role, flow.plan, flow.team) == ("ann@example.com", "admin", "paid", "blue")


def test_only_the_shadow_fields_change() -> None:
    """Revision, state and times stay, so that the flow's token works as before."""
    flow = invite()
    empty_columns()
    heal()
    before = {field.attname: getattr(flow, field.attname) for field in flow._meta.concrete_fields}
    assert InviteFlow.objects.values().get() == before


def test_a_second_run_writes_nothing() -> None:
    """What is right already is only read."""
    invite()
    assert heal() == (["flows.InviteFlow: 1 read, 0 filled, 0 unreadable."], [])


def test_all_rows_are_reached_in_batches_of_any_size() -> None:
    """Batches of one, too."""
    for number in range(3):
        invite(f"{number}@example.com")
    empty_columns()
    assert heal("--batch-size", "1") == (["flows.InviteFlow: 3 read, 3 filled, 0 unreadable."], [])
    assert set(InviteFlow.objects.values_list("email", flat=True)) == {f"{n}@example.com" for n in range(3)}


def test_an_unreadable_row_is_named_and_the_others_are_healed() -> None:
    """A state that no key opens, and a workflow that is gone."""
    broken, orphan, whole = invite(), invite(), invite("ann@example.com")
    InviteFlow.objects.filter(pk=broken.pk).update(state=UNREADABLE)
    InviteFlow.objects.filter(pk=orphan.pk).update(workflow="tests/gone")
    empty_columns()
    out, err = heal()
    assert out == ["flows.InviteFlow: 3 read, 1 filled, 2 unreadable."]
    assert err == sorted(f"flows.InviteFlow {flow.pk} cannot be read." for flow in (broken, orphan))
    whole.refresh_from_db()
    assert whole.email == "ann@example.com"


def test_an_ended_flow_is_not_read() -> None:
    """Its context is gone, and what stands in its columns stays."""
    finished_invite("ann@example.com")
    make(InviteFlow, status="expired", email="bob@example.com")
    assert heal() == (["flows.InviteFlow: 0 read, 0 filled, 0 unreadable."], [])
    assert set(InviteFlow.objects.values_list("email", flat=True)) == {"ann@example.com", "bob@example.com"}


def test_without_a_name_every_flow_model_is_healed() -> None:
    """One line each."""
    out, _ = run("wf_heal")
    assert out == sorted(f"{model._meta.label}: 0 read, 0 filled, 0 unreadable." for model in flow_models())


def test_a_name_that_is_no_flow_model_is_refused() -> None:
    """The error names the bad value and the legal ones."""
    labels = ", ".join(model._meta.label for model in flow_models())
    with pytest.raises(CommandError) as caught:
        run("wf_heal", "--model", "auth.User")
    assert str(caught.value) == f"'auth.User' is no flow model; the flow models are: {labels}."


@pytest.mark.parametrize("size", ["0", "-1", "many", "1.5"])
def test_a_batch_has_at_least_one_row(size: str) -> None:
    """The error names the bad value."""
    with pytest.raises(CommandError) as caught:
        run("wf_heal", f"--batch-size={size}")
    assert str(caught.value) == f"Error: argument --batch-size: '{size}' is no number of rows; take 1 or more."
