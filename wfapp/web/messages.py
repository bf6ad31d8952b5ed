"""Hand the last messages of a flow to Django's messages, for the page that the person is sent to."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

from wfapp.declaration.outcomes import Level
from wfapp.rounds.answer import Answer

__all__ = ["hand_over"]

LEVELS: dict[Level, int] = {
    "info": messages.INFO,
    "success": messages.SUCCESS,
    "warn": messages.WARNING,
    "error": messages.ERROR,
}


def hand_over(request: HttpRequest, answer: Answer) -> None:
    """Queue the messages of the end; without ``django.contrib.messages`` they are left out."""
    last = answer.end.message if answer.end else None
    for message in (*answer.messages, *((last,) if last else ())):
        messages.add_message(request, LEVELS[message.level], message.text, fail_silently=True)
