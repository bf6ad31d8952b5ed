"""What the frame of the demo site asks."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.urls import reverse

__all__ = ["outbox_url"]

register = template.Library()


@register.simple_tag
def outbox_url() -> str:
    """Give the address of the outbox, empty where there is none."""
    return reverse("outbox") if settings.DEBUG else ""
