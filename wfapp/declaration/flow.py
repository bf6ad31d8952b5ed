"""What a step sees of the flow it runs in."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.utils.functional import Promise

from wfapp.errors import FlowCancelled, NotAvailable

__all__ = ["FlowInfo"]


@dataclass(slots=True)
class FlowInfo:
    """Describe one flow to its steps, as ``self.flow``."""

    id: uuid.UUID
    """The flow's id, from its start to its end, in every log record."""

    created_by: str | None
    """The primary key, as text, of the signed-in user who started it."""

    started_at: datetime
    """When it started."""

    ends_at: datetime
    """When its absolute life is over."""

    position: Callable[[], str]
    keeper: Callable[[File[Any]], File[Any]] = field(repr=False)

    turns: int = field(default=0, repr=False)
    """How often it went back to a page."""

    undoes: bool = field(default=False, repr=False)
    """Whether the undo of that step runs."""

    deadline: datetime | None = None
    """When the attempt of this step is over, where it has a ``timeout``: what is done later is rolled back."""

    stopped: Callable[[], bool] = field(default=bool, repr=False)
    teller: Callable[[float, str], None] | None = field(default=None, repr=False)

    def progress(self, fraction: float, text: str | Promise = "") -> None:
        """Show whoever waits how far a durable step is, from 0 to 1, and what it does."""
        if self.teller is None:
            raise NotAvailable(
                "self.flow.progress: nobody sees a step before it is over but a durable one; say durable=True."
            )
        if not 0 <= fraction <= 1:
            raise NotAvailable(f"self.flow.progress: {fraction!r} is no part of 1; legal are numbers from 0 to 1.")
        self.teller(float(fraction), str(text))

    @property
    def cancelled(self) -> bool:
        """Tell whether the flow is to end once this step is over; asked of the database each time."""
        return self.stopped()

    def raise_if_cancelled(self) -> None:
        """Leave the step here where the flow is to end: what it did in the database is rolled back."""
        if self.cancelled:
            raise FlowCancelled("This flow is to end.")

    def keep(self, file: File[Any]) -> File[Any]:
        """Move a file of this flow into a model: ``document.file = self.flow.keep(form.cleaned_data["scan"])``.

        Saving the model copies it, under a name that its field gives; the flow's own is deleted after the commit, and
        stays where the round is rejected or rolled back. Raises NotAvailable for what is no file of this flow.
        """
        return self.keeper(file)

    @property
    def idempotency_key(self) -> str:
        """Give a key that is the same for each attempt of this step, to hand to a payment provider.

        A step that runs anew after the flow went back to a page has another one: what it did before was undone, or
        another card is to be charged. The undo of a step has one of its own: a provider would answer that of the step
        with what it did then.
        """
        what = f"{self.position()} {self.turns}"
        return str(uuid.uuid5(self.id, f"{what} undo" if self.undoes else what))
