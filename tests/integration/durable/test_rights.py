"""Durable steps that not everybody may run: a flow waits at them for whoever may."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from tests.integration.durable.shop import Order, World
from tests.integration.durable.team import Team
from wfapp import Parallel, step
from wfapp.errors import NotAllowed
from wfapp.models import Flow, FlowEvent
from wfapp.testing import isolated_registry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.db]


def test_a_step_that_waited_for_somebody_is_as_durable_as_any(outside: World) -> None:
    """It has its attempts, and its undo."""
    outside.errors = {"charge": [OSError()], "ship": [ValueError()]}
    with isolated_registry():

        class Approved(Order):
            name = "tests/durable-approved"
            charge = step(permission="auth.change_user")

        flow = Approved.start(data={"city": "Linz"})
        assert (flow.answer.status, outside.calls) == ("waiting", ["plain", "reserve"])
        flow.submit(by=User.objects.create_superuser("clerk"))
        assert (flow.status, outside.calls[2:]) == ("paused", ["charge", "charge", "note"])
        assert flow.submit({}).end is not None
    assert outside.calls[-3:] == ["ship", "refund", "unreserve"]
    told = FlowEvent.objects.filter(step="charge").order_by("id").values_list("kind", flat=True)
    assert list(told) == ["paused", "submitted", "step_started", "retried", "step_done", "compensated"]


def test_the_rights_of_members_are_asked(outside: World) -> None:
    """Of whoever comes to the group: what their class asks, and its hook; it waits for whoever has them all."""
    with isolated_registry():

        class ForUsers(Team):
            name = "tests/durable-for-users"
            login_required = True
            steps = [Parallel("tell", ["letter", "audit", "extra"]), "prepare", "after", "end"]

            def has_permission(self, step: Any) -> bool:
                return step.name != "audit" or self.user.is_staff

        ann, clerk = User.objects.create_user("ann"), User.objects.create_superuser("clerk")
        for user in (None, ann):
            with pytest.raises(NotAllowed):
                ForUsers.start(user=user)
            with pytest.raises(NotAllowed):
                ForUsers.run(user=user)
        assert (outside.calls, Flow.objects.count()) == ([], 0)
        assert ForUsers.run(user=clerk).status == "finished"


def test_a_group_waits_for_whoever_may_run_it(outside: World) -> None:
    """They come to it, and it runs as ever."""
    with isolated_registry():

        class ForClerks(Team):
            name = "tests/durable-for-clerks"

            def has_permission(self, step: Any) -> bool:
                return step.name != "audit" or self.user.is_authenticated

        flow = ForClerks.start()
        assert (flow.answer.status, outside.calls) == ("waiting", ["prepare"])
        assert flow.submit().status == "waiting"
        end = flow.submit(by=User.objects.create_user("clerk")).end
    assert end is not None
    assert end.data == {"mailed": "prepared letter", "audited": "prepared audit"}
