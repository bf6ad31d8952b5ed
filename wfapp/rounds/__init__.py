"""One round of a flow: a workflow or a token, an action and data in, one ``Answer`` out. It knows no HTTP."""

from __future__ import annotations

from wfapp.rounds.answering import staff_token
from wfapp.rounds.download import download
from wfapp.rounds.holders import play, show
from wfapp.rounds.rows import play_row, show_row
from wfapp.rounds.staff import cancel_token, end_by_staff
from wfapp.rounds.start import first_page, start

__all__ = [
    "cancel_token",
    "download",
    "end_by_staff",
    "first_page",
    "play",
    "play_row",
    "show",
    "show_row",
    "staff_token",
    "start",
]
