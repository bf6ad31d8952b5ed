"""How a test that commits is cleaned up: the tables that hold rows are emptied, and no others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, transaction

MIGRATED = (ContentType, Permission)
"""What "migrate" fills. Django's own flush empties these with all the rest, and fills them again after every test."""


class Flush:
    """Leave the database as ``manage.py flush`` would, at a tenth of the price."""

    def __init__(self) -> None:
        self._migrated = _migrated()

    def __call__(self, databases: Iterable[str] = (DEFAULT_DB_ALIAS,)) -> None:
        """Delete what a test of these databases left; one that the test made for itself is Django's to flush."""
        for alias in databases:
            if alias == DEFAULT_DB_ALIAS:
                self._flush()
            else:
                call_command("flush", verbosity=0, interactive=False, reset_sequences=False, database=alias)

    def _flush(self) -> None:
        """Where the test changed what "migrate" had made, leave all to Django."""
        quote = connection.ops.quote_name
        with connection.constraint_checks_disabled(), transaction.atomic(), connection.cursor() as cursor:
            for table in filled(cursor):
                cursor.execute(f"DELETE FROM {quote(table)}")  # noqa: S608 - the name of a model's table
        if _migrated() != self._migrated:
            call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
            self._migrated = _migrated()


def _migrated() -> list[Any]:
    return [list(model._base_manager.using(DEFAULT_DB_ALIAS).order_by("pk").values_list()) for model in MIGRATED]


def filled(cursor: Any) -> list[str]:
    """List the tables that hold a row; one query."""
    kept = {model._meta.db_table for model in MIGRATED}
    tables = sorted(set(connection.introspection.django_table_names(include_views=False)) - kept)
    quote = connection.ops.quote_name
    rows = (f"EXISTS (SELECT 1 FROM {quote(table)})" for table in tables)  # noqa: S608 - as above
    cursor.execute(f"SELECT {', '.join(rows)}")
    return [table for table, filled in zip(tables, cursor.fetchone(), strict=True) if filled]
