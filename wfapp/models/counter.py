"""The counts of limits, over all flows and all doors."""

from __future__ import annotations

from django.db import models

__all__ = ["Counter"]


class Counter(models.Model):
    """Count the attempts under one limit and key until ``resets_at``; ``key`` is a keyed digest that names nobody."""

    key = models.CharField(max_length=43, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    resets_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.count} until {self.resets_at}"
