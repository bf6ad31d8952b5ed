"""The files of a round: taken in with a page, and shown to whom they belong."""

from __future__ import annotations

from typing import Any

from wfapp.rounds.stage import Stage

__all__ = ["taken_in"]


def taken_in(stage: Stage, form: Any, *, whole: bool = True) -> bool:
    """Validate a form with the limits of its files, keep the files that may be kept, and tell whether it is valid.

    A refused page keeps the files of the fields without errors: nobody chooses a file twice.
    """
    step, position = stage.step(), stage.state.position
    stage.uploads.check(form, step.page_of(type(form)).files)
    valid = bool(form.is_valid())
    stage.uploads.take_in(position, form, whole=whole and valid)
    return valid
