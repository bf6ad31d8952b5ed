"""The first try as a task of Django's."""

from __future__ import annotations

import pytest

from tests.unit.links.queueing import put
from wfapp.links.tasks import deliver_message
from wfapp.models import OutgoingMessage

pytestmark = pytest.mark.django_db


def test_a_worker_sends_the_message() -> None:
    """That its id names."""
    pk = put()
    deliver_message.call("default", str(pk))
    assert OutgoingMessage.objects.get().status == "sent"
