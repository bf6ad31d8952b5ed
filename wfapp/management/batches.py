"""Commands that walk over flows in batches: locked, worked on and let go, one batch after the other."""

from __future__ import annotations

import argparse
from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import connections, models

from wfapp.errors import Fault
from wfapp.models import AbstractFlow, flow_models
from wfapp.storage.transaction import round_transaction

__all__ = ["BatchCommand", "Counts", "RowCommand", "locked"]

Row = TypeVar("Row", bound=models.Model)


def locked(rows: models.QuerySet[Row]) -> models.QuerySet[Row]:
    """Lock what is read, and leave out what somebody else holds; SQLite locks the file as its transaction begins."""
    features = connections[rows.db].features
    return rows.select_for_update(skip_locked=features.has_select_for_update_skip_locked)


class BatchCommand(BaseCommand):
    """Take ``--batch-size``."""

    batch_size = 500

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the option."""
        parser.add_argument(
            "--batch-size",
            type=_positive,
            default=self.batch_size,
            help="How many rows are locked at a time (default: %(default)s).",
        )


@dataclass(slots=True)
class Counts:
    """Count the rows of one run."""

    seen: int = 0
    read: int = 0
    changed: int = 0


class RowCommand(BatchCommand):
    """Change single rows of the flow models; a row that cannot be read is counted and named, and the run goes on."""

    batch_size = 200
    done: str
    """What to say of the rows that were changed."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        super().add_arguments(parser)
        parser.add_argument("--model", help="One flow model, for example wfapp.Flow (default: all of them).")

    def handle(self, *args: Any, model: str | None, batch_size: int, **options: Any) -> None:
        """Walk over the rows of each model in the order of their ids."""
        for each in _models(model):
            self.walk(each._meta.label, self.rows(each), self.values, batch_size)

    def walk(
        self, label: str, rows: models.QuerySet[Row], values: Callable[[Row], dict[str, Any]], batch_size: int
    ) -> None:
        """Write what ``values`` gives into each row, and say how many there were."""
        counts, unreadable = Counts(), list[str]()
        for ids in _pages(rows, batch_size):
            with round_transaction(rows.db):
                for row in locked(rows.filter(pk__in=ids)):
                    counts.read += 1
                    try:
                        changed = values(row)
                    except Fault:
                        unreadable.append(str(row.pk))
                    else:
                        counts.changed += bool(changed and rows.filter(pk=row.pk).update(**changed))
            counts.seen += len(ids)
        self._report(label, counts, unreadable)

    def _report(self, label: str, counts: Counts, unreadable: list[str]) -> None:
        self.stdout.write(f"{label}: {counts.read} read, {counts.changed} {self.done}, {len(unreadable)} unreadable.")
        if counts.seen > counts.read:
            self.stdout.write(f"{label}: {counts.seen - counts.read} were at work; run again for them.")
        for pk in unreadable:
            self.stderr.write(f"{label} {pk} cannot be read.")

    @abstractmethod
    def rows(self, model: type[AbstractFlow]) -> models.QuerySet[AbstractFlow]:
        """Return the rows to look at, from the database that is written to."""

    @abstractmethod
    def values(self, row: AbstractFlow) -> dict[str, Any]:
        """Return what to write into a row; raises a Fault where it cannot be read."""


def _pages(rows: models.QuerySet[Any], size: int) -> Iterator[list[Any]]:
    keys = rows.order_by("pk").values_list("pk", flat=True)
    ids = list(keys[:size])
    while ids:
        yield ids
        ids = list(keys.filter(pk__gt=ids[-1])[:size])


def _models(label: str | None) -> list[type[AbstractFlow]]:
    legal = {model._meta.label_lower: model for model in flow_models()}
    if label is None:
        return list(legal.values())
    if label.lower() not in legal:
        names = ", ".join(model._meta.label for model in legal.values())
        raise CommandError(f"{label!r} is no flow model; the flow models are: {names}.")
    return [legal[label.lower()]]


def _positive(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of rows; take 1 or more.")
