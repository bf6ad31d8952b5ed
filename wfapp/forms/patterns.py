"""The few regular expressions that a schema may carry, translated by hand.

Python's and JavaScript's dialects differ (``\\Z``, ``\\w`` and ``\\d`` beyond ASCII, ``$`` before a newline), so no
expression leaves the server but those that stand in this table.
"""

from __future__ import annotations

import re

from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.validators import RegexValidator, int_list_validator, validate_slug
from django.forms import Field

__all__ = ["pattern_of"]


def _key(validator: RegexValidator) -> tuple[str, int]:
    """Tell regular expressions apart by what they say, for a form may hold its own copy of one."""
    compiled = re.compile(validator.regex) if isinstance(validator.regex, str) else validator.regex
    return compiled.pattern, compiled.flags


PATTERNS = {
    _key(validate_slug): "^[-a-zA-Z0-9_]+$",
    _key(int_list_validator()): "^[0-9]+(?:,[0-9]+)*$",
    _key(int_list_validator(allow_negative=True)): "^-?[0-9]+(?:,-?[0-9]+)*$",
    _key(ASCIIUsernameValidator()): "^[a-zA-Z0-9_.@+-]+$",
}


def pattern_of(field: Field) -> str:
    """Give the translated pattern of a field's first validator that has one."""
    for validator in field.validators:
        if isinstance(validator, RegexValidator) and not validator.inverse_match and _key(validator) in PATTERNS:
            return PATTERNS[_key(validator)]
    return ""
