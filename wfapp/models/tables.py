"""Which tables hold flows, and how a token names the one that its row is in."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import cache
from hashlib import sha256

from django.apps import apps

from wfapp.errors import InvalidToken
from wfapp.models.flow import AbstractFlow

__all__ = ["flow_models", "model_by_tag", "table_tag"]


def flow_models() -> list[type[AbstractFlow]]:
    """Return the installed flow models that have a table of their own, in the order of ``INSTALLED_APPS``."""
    return [model for model in apps.get_models() if issubclass(model, AbstractFlow) and not model._meta.proxy]


@cache
def table_tag(model: type[AbstractFlow]) -> str:
    """Return the 4 characters that name a model's table in a token; they follow from its label, not from any order."""
    return urlsafe_b64encode(sha256(model._meta.label_lower.encode()).digest()[:3]).decode()


@cache
def model_by_tag(tag: str) -> type[AbstractFlow]:
    """Return the flow model that ``table_tag`` names so; raises InvalidToken."""
    for model in flow_models():
        if table_tag(model) == tag:
            return model
    raise InvalidToken
