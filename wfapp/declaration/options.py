"""Checks of single options, shared by steps, hooks and pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.utils.functional import Promise

from wfapp.errors import DeclarationError

__all__ = ["LONGEST", "check_count", "check_flag", "check_label", "check_text", "check_timedelta", "names", "several"]

LONGEST = timedelta(days=36_500)
"""No time is longer: what is added to today must still be a date."""


def names(owner: str, option: str, value: Any) -> tuple[str, ...]:
    """Check that an option is a list of names and freeze it; a bare string is a common slip."""
    if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
        raise DeclarationError(f"{owner}: {option} is {value!r}; it must be a list of names, such as ['email'].")
    return tuple(value)


def several(value: Any) -> tuple[Any, ...]:
    """Give one or several values as a tuple."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, str) or not isinstance(value, Iterable):
        return (value,)
    return tuple(value)


def check_count(what: str, value: Any) -> None:
    """Raise DeclarationError for anything but a positive number."""
    if type(value) is not int or value < 1:
        raise DeclarationError(f"{what} is {value!r}; it must be a positive number.")


def check_flag(what: str, value: Any) -> None:
    """Raise DeclarationError for anything but True and False: a name is no flag."""
    if not isinstance(value, bool):
        raise DeclarationError(f"{what} is {value!r}; legal are True and False.")


def check_timedelta(what: str, value: Any) -> None:
    """Raise DeclarationError for anything but a positive timedelta: nothing lasts for ever."""
    if not isinstance(value, timedelta) or value <= timedelta(0):
        raise DeclarationError(f"{what} is {value!r}; it must be a positive timedelta.")
    if value > LONGEST:
        raise DeclarationError(f"{what} is {value!r}; nothing lasts for longer than {LONGEST.days} days.")


def check_label(what: str, value: Any) -> None:
    """Raise DeclarationError for what is no plain text."""
    if not isinstance(value, str | Promise):
        raise DeclarationError(f"{what} is {value!r}; it must be a plain text: other pages show it, without any key.")


def check_text(what: str, value: Any) -> None:
    """Raise DeclarationError for what is no text."""
    if not isinstance(value, str | Promise) and not callable(value):
        raise DeclarationError(
            f"{what} is {value!r}; it must be a text, a template, a callable or the name of a method."
        )
