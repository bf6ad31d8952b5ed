"""One round of a flow: a workflow or a token, an action and data in, one ``Answer`` out. It knows no HTTP."""

from __future__ import annotations

from wfapp.rounds.play import play, show
from wfapp.rounds.staff import end_by_staff
from wfapp.rounds.start import first_page, start

__all__ = ["end_by_staff", "first_page", "play", "show", "start"]
