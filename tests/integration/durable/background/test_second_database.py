"""Flows that a router sends to a database of their own: they act, wait, are taken over and undone there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connections, models
from django.db.models import F

from tests.integration.durable.background.outside import Outside
from tests.integration.durable.background.test_workers import begun
from wfapp.conf import conf
from wfapp.management.recover import recover
from wfapp.models import Flow, FlowEvent

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

ALL = ["reserve", "make", "make", "note", "warm"]


class Router:
    """Keep the flows in the second database, and all else where it is."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        return "second" if model._meta.app_label == "wfapp" else None

    db_for_write = db_for_read


@pytest.fixture(scope="module", autouse=True)
def _second(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Make the second database, with the tables of flows and of what they point to."""
    file = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path_factory.mktemp("second") / "db.sqlite3")}
    connections.settings["second"] = connections.configure_settings({"default": {}, "second": file})["second"]
    with django_db_blocker.unblock():
        with connections["second"].schema_editor() as editor:
            for label in ("contenttypes", "auth", "wfapp"):
                for model in apps.get_app_config(label).get_models():
                    editor.create_model(model)
        yield
        connections["second"].close()
    del connections["second"], connections.settings["second"]


@pytest.fixture(autouse=True)
def _routed(settings: Any) -> None:
    settings.DATABASE_ROUTERS = [Router()]


def test_flows_of_a_second_database(world: Outside, work: Callable[[], None]) -> None:
    """One attempt fails, one task is lost, the last page is answered; the default database knows of no flow."""
    world.fail("make", 1)
    flow = begun()
    work()
    rows = Flow.objects.using("second")
    assert (world.names, rows.get().step) == (ALL, "confirm")
    assert flow.submit().end.data == {"made": 1}
    assert rows.get().status == "finished"
    events = list(FlowEvent.objects.using("second").values_list("kind", flat=True))
    assert [events.count(kind) for kind in ("retried", "finished")] == [1, 1]
    assert (Flow.objects.using("default").count(), FlowEvent.objects.using("default").count()) == (0, 0)


def test_what_is_lost_there_is_taken_over_and_undone(world: Outside) -> None:
    """The sweeper looks where the flows are."""
    flow = begun()
    rows = Flow.objects.using("second")
    for _ in ("make", "warm"):
        assert recover(Flow).run == 0
        rows.update(due_at=F("due_at") - conf.QUEUE_LEASE - timedelta(seconds=1))
        assert recover(Flow).run == 1
    assert (world.names, flow.look().page.step) == (["reserve", "make", "note", "warm"], "confirm")
    flow.cancel()
    assert world.names[-2:] == ["unmake", "unreserve"]
    assert rows.get().status == "cancelled"
