"""What happened to a flow, never with values."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["FlowEvent", "Kind"]


class Kind(models.TextChoices):
    """Name what can happen to a flow."""

    STARTED = "started", _("started")
    PAUSED = "paused", _("paused")
    SUBMITTED = "submitted", _("submitted")
    REJECTED = "rejected", _("rejected")
    ACTION = "action", _("action")
    STEP_DONE = "step_done", _("step done")
    OPENED = "opened", _("link opened")
    REVOKED = "revoked", _("link revoked")
    SENT = "sent", _("sent")
    UNSENT = "unsent", _("could not be sent")
    STEP_STARTED = "step_started", _("step started")
    STEP_FAILED = "step_failed", _("step failed")
    RETRIED = "retried", _("tried again")
    COMPENSATED = "compensated", _("compensated")
    COMPENSATING = "compensating", _("being undone")
    UNCOMPENSATED = "uncompensated", _("could not be undone")
    COMPENSATION_FAILED = "compensation_failed", _("left for people to undo")
    CLOSED = "closed", _("closed without its undo")
    FINISHED = "finished", _("finished")
    ABORTED = "aborted", _("aborted")
    CANCELLED = "cancelled", _("cancelled")
    EXPIRED = "expired", _("expired")
    FAILED = "failed", _("failed")


class FlowEvent(models.Model):
    """Record that something happened to a flow: names, ids and durations alone.

    ``flow`` is a flow's id and no foreign key, since flows stand in several tables. ``duration`` is in milliseconds, of
    the step or of its undo, for what is told of one; of the round else.
    """

    id = models.BigAutoField(primary_key=True)
    flow = models.UUIDField(_("flow"))
    workflow = models.CharField(_("workflow"), max_length=100)
    kind = models.CharField(_("event"), max_length=20, choices=Kind.choices)
    step = models.CharField(_("step"), max_length=200, blank=True)
    error = models.CharField(_("error"), max_length=100, blank=True, default="")
    """The name of the type of the exception that a step raised; of a cancellation, the reason that code gave."""
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, verbose_name=_("by"), related_name="+", null=True, blank=True
    )
    duration = models.FloatField(_("duration"), null=True, blank=True)
    revision = models.PositiveIntegerField(_("revision"), default=0)
    created_at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("flow event")
        verbose_name_plural = _("flow events")
        default_permissions = ()
        indexes = [models.Index(fields=["flow", "id"])]

    def __str__(self) -> str:
        return f"{self.workflow} {self.kind} {self.step}".rstrip()
