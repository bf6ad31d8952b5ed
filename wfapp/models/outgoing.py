"""The outbox: messages that were stored with a round and wait to be sent, and what became of earlier ones."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

__all__ = ["OutgoingMessage", "OutgoingQuerySet", "SendStatus"]


class SendStatus(models.TextChoices):
    """Say what became of a message."""

    QUEUED = "queued", _("to be sent")
    SENT = "sent", _("sent")
    FAILED = "failed", _("could not be sent")
    DROPPED = "dropped", _("dropped")


class OutgoingQuerySet(models.QuerySet["OutgoingMessage"]):
    """Select messages by where they are in their life."""

    def due(self, now: datetime) -> Self:
        """Keep the messages that may be tried now."""
        return self.filter(status=SendStatus.QUEUED, due_at__lte=now)

    def over(self, now: datetime) -> Self:
        """Keep those that need not be kept as they are any longer."""
        return self.filter(keep_until__lte=now).exclude(status=SendStatus.QUEUED)

    def resendable(self) -> Self:
        """Keep those that a try has failed and that still have their body; not one that is being sent just now."""
        tried = Q(status=SendStatus.FAILED) | (Q(status=SendStatus.QUEUED) & ~Q(error=""))
        return self.filter(tried).exclude(body=b"")

    def unsent(self) -> Self:
        """Keep those that were neither sent nor dropped."""
        return self.filter(status__in=(SendStatus.QUEUED, SendStatus.FAILED))


class OutgoingMessage(models.Model):
    """Hold one message: its address and text sealed in ``body`` until it is sent, the rest in columns for staff.

    ``flow`` is a flow's id and no foreign key, since flows stand in several tables, and some in none.
    """

    id = models.UUIDField(_("message id"), primary_key=True, default=uuid.uuid4, editable=False)
    flow = models.UUIDField(_("flow"), db_index=True)
    workflow = models.CharField(_("workflow"), max_length=100)
    channel = models.CharField(_("channel"), max_length=30)
    purpose = models.CharField(_("purpose"), max_length=200)
    """The name of its template, or of a webhook's event."""
    body = models.BinaryField(default=b"")
    """The sealed address and text; empty once it is sent or dropped."""
    status = models.CharField(_("status"), max_length=10, choices=SendStatus.choices, default=SendStatus.QUEUED)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("due"))
    """When it is tried next; while somebody sends it, when somebody else may take it over."""
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    """When it is of no use any more."""
    message_id = models.CharField(max_length=320, editable=False)
    """What the channel calls it, the same on every try."""
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    error = models.CharField(_("last error"), max_length=100, blank=True)
    """The type of the last exception, and never its text; empty before the first try, and while one is on."""
    keep_until = models.DateTimeField(null=True, editable=False, db_index=True)
    """Once it waits no longer: until when its body, where it failed, and then its row are kept."""

    objects = OutgoingQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        # Nobody adds, edits or deletes a message by hand.
        default_permissions = ("view", "retry", "drop")
        indexes = [
            models.Index(fields=["status", "due_at"]),
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["status", "-created_at", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.purpose}"
