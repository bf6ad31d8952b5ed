"""One round of a flow: a workflow or a token, an action and data in, one ``Answer`` out. It knows no HTTP."""

from __future__ import annotations

from wfapp.rounds.answering import staff_page, staff_token
from wfapp.rounds.closing import close_without_undo
from wfapp.rounds.download import download
from wfapp.rounds.holders import play, show
from wfapp.rounds.programs import run_program
from wfapp.rounds.recovery import retry_undo, run_next_due
from wfapp.rounds.results import result_of
from wfapp.rounds.rows import play_row, show_row
from wfapp.rounds.staff import cancel_token, end_by_staff, expire
from wfapp.rounds.start import first_page, start
from wfapp.rounds.tending import care_of, resend_by_staff, revoke_by_staff

__all__ = [
    "cancel_token",
    "care_of",
    "close_without_undo",
    "download",
    "end_by_staff",
    "expire",
    "first_page",
    "play",
    "play_row",
    "resend_by_staff",
    "result_of",
    "retry_undo",
    "revoke_by_staff",
    "run_next_due",
    "run_program",
    "show",
    "show_row",
    "staff_page",
    "staff_token",
    "start",
]
