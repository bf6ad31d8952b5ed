"""The files of a round: taken in with a page, and shown to whom they belong."""

from __future__ import annotations

from typing import Any

from wfapp.declaration.workflow import Workflow
from wfapp.errors import BodyTooLarge
from wfapp.rounds.answer import Input
from wfapp.rounds.stage import Stage
from wfapp.uploads import StoredUpload, workflow_takes_files

__all__ = ["may_see", "refuse_large", "taken_in"]


def taken_in(stage: Stage, form: Any, *, whole: bool = True) -> bool:
    """Validate a form with the limits of its files, keep the files that may be kept, and tell whether it is valid.

    A refused page keeps the files of the fields without errors: nobody chooses a file twice.
    """
    step, position = stage.step(), stage.state.position
    stage.uploads.check(form, step.page_of(type(form)).files)
    valid = bool(form.is_valid())
    stage.uploads.take_in(position, form, whole=whole and valid)
    return valid


def refuse_large(cls: type[Workflow[Any]], input: Input | None) -> None:
    """Refuse what came in a body that was read for the sake of files, where the workflow takes none."""
    if input is not None and input.large and not workflow_takes_files(cls):
        raise BodyTooLarge


def may_see(stage: Stage, upload: StoredUpload) -> bool:
    """Tell whether the caller, whom the flow is open to, may look at one of its files.

    That is who may answer the page that it was given on; and who may answer the page where the flow waits now, for a
    review is of what was uploaded before.
    """
    step = stage.step_at(upload.step)
    return stage.may_run(stage.step()) or (step is not None and stage.may_run_at(upload.step))
