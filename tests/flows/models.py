"""Flow models with shadow fields of every kind."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from wfapp.models import AbstractFlow


class Plan(models.TextChoices):
    """Name what can be bought."""

    FREE = "free", "Free"
    PAID = "paid", "Paid"


class InviteFlow(AbstractFlow):
    """Hold an invitation, found by the address it went to."""

    email = models.EmailField(null=True, db_index=True)
    role = models.CharField(max_length=40, null=True)
    plan = models.CharField(max_length=10, null=True, choices=Plan.choices)
    vip = models.BooleanField(null=True)
    team = models.CharField(max_length=20, default="nobody")
    inviter = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    shadows = {"role": "role.name"}
    forget_shadows = ["role", "team"]

    class Meta(AbstractFlow.Meta):
        verbose_name = "invitation"
        verbose_name_plural = "invitations"


class WideFlow(AbstractFlow):
    """Hold a column of each type."""

    text = models.CharField(max_length=5, null=True)
    prose = models.TextField(null=True)
    number = models.SmallIntegerField(null=True)
    count = models.PositiveIntegerField(null=True)
    price = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    ratio = models.FloatField(null=True)
    flag = models.BooleanField(null=True)
    day = models.DateField(null=True)
    moment = models.DateTimeField(null=True)
    clock = models.TimeField(null=True)
    span = models.DurationField(null=True)
    key = models.UUIDField(null=True)
    data = models.JSONField(null=True)
    raw = models.BinaryField(null=True)
    plan = models.CharField(max_length=10, null=True, choices=Plan.choices)

    class Meta(AbstractFlow.Meta):
        pass
