"""The row of the hand-written view, and an event about it."""

from __future__ import annotations

import uuid

from django.db import models

__all__ = ["Event", "Row"]


class Row(models.Model):
    """Hold one order while it is being made: the state is sealed JSON."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    handle = models.CharField(max_length=43, unique=True)
    step = models.CharField(max_length=40)
    revision = models.PositiveIntegerField(default=0)
    state = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.step} {self.pk}"


class Event(models.Model):
    """Record one round of a row."""

    row = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=20)
    step = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.step}"
