"""The row of a flow: what staff may see of it in columns, and its state sealed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.core import checks
from django.db import models
from django.utils.translation import gettext_lazy as _

from wfapp.models import shadow

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from wfapp.declaration.context import Context

__all__ = ["ENDED", "OPEN", "RUNNING", "AbstractFlow", "Flow", "FlowQuerySet", "Status"]

Row = TypeVar("Row", bound="AbstractFlow", covariant=True)  # noqa: PLC0105  Django's stubs declare it so


class Status(models.TextChoices):
    """Say where a flow is in its life."""

    PAUSED = "paused", _("waiting for input")
    WAITING = "waiting", _("waiting for somebody else")
    PENDING = "pending", _("working")
    FINISHED = "finished", _("finished")
    ABORTED = "aborted", _("aborted")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("failed")
    EXPIRED = "expired", _("expired")
    COMPENSATING = "compensating", _("being undone")
    COMPENSATION_FAILED = "compensation_failed", _("could not be undone")


OPEN = (Status.PAUSED, Status.WAITING, Status.PENDING)
"""A flow that can go on."""

ENDED = (Status.FINISHED, Status.ABORTED, Status.CANCELLED, Status.FAILED, Status.EXPIRED)
"""A flow in which nothing runs any more; one that is being undone is neither open nor ended."""


RUNNING = (Status.PENDING, Status.COMPENSATING)
"""A flow whose steps run outside of any round."""


class FlowQuerySet(models.QuerySet[Row]):
    """Select flows by where they are in their life."""

    def of(self, workflow: str) -> Self:
        """Keep the flows of the workflow with this name."""
        return self.filter(workflow=workflow)

    def open(self) -> Self:
        """Keep the flows that can go on."""
        return self.filter(status__in=OPEN)

    def due(self, now: datetime) -> Self:
        """Keep the flows that wait to be run, or to be ended: whoever ran them is gone, or a wait is over."""
        asked_to_stop = models.Q(status__in=OPEN) & ~models.Q(stop="")
        return self.filter(models.Q(status__in=RUNNING) | asked_to_stop, due_at__lte=now)

    def going(self, now: datetime) -> Self:
        """Keep the flows that take a place of a workflow that limits them: neither over nor left to expire."""
        paused = models.Q(status__in=(Status.PAUSED, Status.WAITING), expires_at__gt=now)
        return self.filter(models.Q(status__in=RUNNING) | paused)

    def idle(self) -> Self:
        """Keep the flows that have never acted: nothing of them has to be undone."""
        return self.filter(fence=None)

    def ended(self) -> Self:
        """Keep the flows in which nothing runs any more."""
        return self.filter(status__in=ENDED)

    def sealed(self) -> Self:
        """Keep the flows that still hold a state: the open ones, and those that are being undone."""
        return self.exclude(status__in=ENDED)

    def expired(self, now: datetime) -> Self:
        """Keep the open flows whose time is over."""
        return self.open().filter(expires_at__lte=now)

    def past_retention(self, now: datetime) -> Self:
        """Keep the ended flows whose row need not be kept any longer."""
        return self.ended().filter(retain_until__lte=now)

    def past_answer(self, now: datetime) -> Self:
        """Keep the ended flows whose stored answer may not be repeated any longer."""
        return self.ended().filter(answer_until__lte=now)


def _user(label: Any) -> models.ForeignKey[Any, Any]:
    user = settings.AUTH_USER_MODEL
    return models.ForeignKey(user, models.SET_NULL, verbose_name=label, related_name="+", null=True, blank=True)


def _unique(field: str) -> models.UniqueConstraint:
    # On PostgreSQL unique=True makes a second index, for LIKE; nobody searches for a part of a hash.
    return models.UniqueConstraint(fields=[field], name=f"%(app_label)s_%(class)s_{field}")


class AbstractFlow(models.Model):
    """Hold one execution of a workflow.

    A column that a subclass adds is a shadow field: each store copies the context's value of the same name, or of the
    dotted path that ``shadows`` gives, into it. It needs ``null=True`` or a default. Let an inner ``Meta`` inherit from
    ``AbstractFlow.Meta``: the indexes and permissions are there.
    """

    id = models.UUIDField(_("flow id"), primary_key=True, editable=False)
    workflow = models.CharField(_("workflow"), max_length=100)
    step = models.CharField(_("step"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices)
    revision = models.PositiveIntegerField(_("revision"), default=0)
    handle_hash = models.CharField(max_length=43, null=True, editable=False)
    watch_hash = models.CharField(max_length=43, null=True, editable=False)
    binding_hash = models.CharField(max_length=43, blank=True, editable=False)
    state = models.BinaryField(default=b"")
    """The sealed state, until the end wipes it."""
    answer = models.BinaryField(default=b"")
    """The sealed last answer, from the end until ``answer_until``."""
    idempotency_hash = models.CharField(max_length=43, null=True, editable=False)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("last change"))
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    """When the flow ends by itself, while it is open."""
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    fence = models.BigIntegerField(null=True, editable=False)
    """What whoever runs a step of it must show to store anything; another one each time somebody takes it."""
    due_at = models.DateTimeField(null=True, editable=False, db_index=True)
    """From when on anybody may run it: the end of a lease, or the time of the next attempt."""
    progress = models.BinaryField(default=b"", editable=False)
    """How far the step that runs says it is, sealed."""
    stop = models.CharField(max_length=100, blank=True, default="", editable=False)
    """The status that somebody asked for while a step runs, and a reason for it behind a space."""
    answer_until = models.DateTimeField(null=True, editable=False, db_index=True)
    """Until when the answer is repeated: set by the end, and null again once the answer is wiped."""
    retain_until = models.DateTimeField(_("kept until"), null=True, blank=True, db_index=True)
    """When the row of an ended flow may be deleted."""
    created_by = _user(_("started by"))
    updated_by = _user(_("last used by"))

    shadows: ClassVar[dict[str, str]] = {}
    """Columns whose value stands elsewhere in the context than under their name: column to dotted path."""
    forget_shadows: ClassVar[Sequence[str]] = []
    """Columns that the end of a flow empties; the others survive it, for staff to search."""

    objects = FlowQuerySet.as_manager()

    class Meta:
        abstract = True
        verbose_name: ClassVar[str | _StrPromise] = _("flow")
        verbose_name_plural: ClassVar[str | _StrPromise] = _("flows")
        # Nobody adds, edits or deletes a flow by hand.
        default_permissions = ("view", "cancel", "expire", "resend", "revoke", "undo", "close")
        # The admin's list sorts by -created_at, -id: with each of its filters an index serves the sort as well.
        indexes = [
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["workflow", "-created_at", "-id"]),
            models.Index(fields=["status", "-created_at", "-id"]),
            models.Index(fields=["workflow", "status", "-created_at", "-id"]),
            models.Index(fields=["status", "expires_at"]),
        ]
        constraints = [_unique("handle_hash"), _unique("watch_hash"), _unique("idempotency_hash")]

    def __str__(self) -> str:
        return f"{self.workflow} {self.pk}"

    @classmethod
    def shadow_paths(cls) -> dict[str, str]:
        """Return the path into the context of each shadow field, by column; a foreign key's column is ``user_id``."""
        return {column: path for column, (_field, path) in cls.shadow_fields().items()}

    @classmethod
    @cache
    def shadow_fields(cls) -> dict[str, tuple[models.Field[Any, Any], str]]:
        """Return the shadow fields and their paths into the context, by column."""
        own = {field.name for field in AbstractFlow._meta.fields}
        return {
            field.attname: (field, cls.shadows.get(field.name, field.attname))
            for field in cls._meta.concrete_fields
            if field.name not in own and not field.generated and not field.primary_key
        }

    @classmethod
    def shadow_values(cls, context: Context) -> dict[str, Any]:
        """Return what a store writes into the shadow fields, by column; a column that keeps its value is left out."""
        return shadow.values_of(cls, context)

    @classmethod
    def forgotten_shadow_values(cls) -> dict[str, Any]:
        """Return what the end of a flow writes into the shadow fields that do not survive it, by column."""
        return shadow.forgotten_values_of(cls)

    @classmethod
    def check(cls, **kwargs: Any) -> list[checks.CheckMessage]:
        """Add what wfapp asks of a flow model to Django's own checks."""
        return [*super().check(**kwargs), *shadow.problems_of(cls)]


class Flow(AbstractFlow):
    """Hold a flow without shadow fields: the table of every workflow that names no other."""

    class Meta(AbstractFlow.Meta):
        pass
