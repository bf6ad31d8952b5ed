"""Which flows of a limited workflow may go on, and which wait until they may."""

from __future__ import annotations

from typing import Self

from django.db import models

__all__ = ["Turn", "TurnQuerySet"]


class TurnQuerySet(models.QuerySet["Turn"]):
    """Select the places of a workflow, and who waits for one."""

    def of(self, workflow: str) -> Self:
        """Keep those of the workflow with this name."""
        return self.filter(workflow=workflow)

    def places(self) -> Self:
        """Keep the places, whoever has them."""
        return self.filter(place__isnull=False)

    def waiting(self) -> Self:
        """Keep those who wait for a place, the one that came first before the others."""
        return self.filter(place=None).order_by("id")


class Turn(models.Model):
    """Say that a flow has a place of its workflow, or waits for one; a place whose flow is over may be taken.

    ``flow`` is a flow's id and no foreign key, since flows stand in several tables.
    """

    id = models.BigAutoField(primary_key=True)
    workflow = models.CharField(max_length=100)
    place = models.PositiveIntegerField(null=True)
    """Its number, counted from 0; null while the flow waits for one."""
    flow = models.UUIDField(null=True, unique=True)

    objects = TurnQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["workflow", "place"], name="wfapp_turn_place")]

    def __str__(self) -> str:
        return f"{self.workflow} {self.place if self.place is not None else 'waiting'}"
