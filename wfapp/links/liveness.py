"""Whether a message is still worth sending: not one whose link opens nothing any more."""

from __future__ import annotations

from django.db import router
from django.utils import timezone

from wfapp.declaration.registry import registry
from wfapp.errors import UnknownWorkflow
from wfapp.models import Link, OutgoingMessage
from wfapp.storage.database import model_of

__all__ = ["carries_dead_link"]


def carries_dead_link(using: str, message: OutgoingMessage) -> bool:
    """Tell whether a message carries a link that was used, revoked or replaced, or whose flow is over.

    Asked when it is about to be sent: nothing needs to find and stop it when its link dies.
    """
    links = Link.objects.using(using)
    link = links.filter(message=message.pk).first()
    if link is None:
        return False
    now = timezone.now()
    if not links.could_open(now).filter(pk=link.pk).exists() or links.newer_than(link).exists():
        return True
    try:
        model = model_of(registry.get(link.workflow))
    except (UnknownWorkflow, LookupError):
        return True
    flows = model._base_manager.using(router.db_for_write(model)).filter(pk=link.flow)
    return not flows.filter(status="waiting", expires_at__gt=now).exists()
