"""Who signs in with a mailed code, and the flows of signing in."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from wfapp.models import AbstractFlow

__all__ = ["LoginFlow", "SecondFactor"]


class SecondFactor(models.Model):
    """Say that an account is asked for a mailed code after its password."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="second_factor"
    )

    def __str__(self) -> str:
        return f"Mailed code for {self.user}"


class LoginFlow(AbstractFlow):
    """Hold a sign-in, found by the account that it belongs to."""

    email = models.EmailField(null=True, db_index=True)
    username = models.CharField(max_length=150, null=True, db_index=True)

    class Meta(AbstractFlow.Meta):
        verbose_name = "sign-in"
        verbose_name_plural = "sign-ins"
