"""The statements of a round, put into SQL once: that takes the ORM longer than it takes a database to run one.

Such a statement is made by the ORM with a slot in the place of each value, and is run with the values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connections
from django.db.models import Expression, Field, Model
from django.db.models.sql import InsertQuery, UpdateQuery

__all__ = ["Slot", "Statement", "insert", "lock", "read", "update", "update_where"]

Values = Mapping[str, Any]


class Slot(Expression):
    """Stand for the value of a column; among the parameters of a statement it stands where that value belongs."""

    def __init__(self, field: Field[Any, Any], row: int = 0) -> None:
        super().__init__(output_field=field)
        self.row = row

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Give a placeholder, and the slot itself as its parameter."""
        return "%s", (self,)


@dataclass(frozen=True, slots=True)
class Statement:
    """Hold SQL and its parameters, which are slots, or values that are the same each time."""

    sql: str
    slots: Sequence[Any]

    def run(self, using: str, *rows: Values) -> Any:
        """Run it with the values of each row, by column, and give the cursor."""
        connection = connections[using]
        values = [
            slot.field.get_db_prep_save(rows[slot.row][slot.field.attname], connection) if type(slot) is Slot else slot
            for slot in self.slots
        ]
        cursor = connection.cursor()
        cursor.execute(self.sql, values)
        return cursor


def read(model: type[Model], using: str, columns: tuple[str, ...], **lookup: Any) -> tuple[Any, ...] | None:
    """Read some columns, as the database has them, of the row that has a value in a unique column."""
    return _read(_select(model, using, columns, *lookup), using, lookup)


def lock(model: type[Model], using: str, columns: tuple[str, ...], **lookup: Any) -> tuple[Any, ...] | None:
    """Lock that row, inside of a transaction, and read it.

    Raises the DatabaseError of a row that somebody else holds.
    """
    return _read(_select(model, using, columns, *lookup, locked=True), using, lookup)


def update(model: type[Model], using: str, pk: Any, values: Values) -> None:
    """Write columns of one row."""
    key = model._meta.pk.attname
    _update(model, using, tuple(values)).run(using, {**values, key: pk}).close()


def update_where(
    model: type[Model], using: str, where: Values, values: Values, *, among: tuple[str, tuple[Any, ...]]
) -> bool:
    """Write columns of the row that has all these values, and in one column one of several; False where none has."""
    with _update_where(model, using, tuple(where), tuple(values), among).run(using, values, where) as cursor:
        return bool(cursor.rowcount)


def insert(model: type[Model], using: str, rows: Sequence[Values]) -> None:
    """Insert rows that have values for the same columns; nothing fills in the default of another one."""
    _insert(model, using, tuple(rows[0]), len(rows)).run(using, *rows).close()


def _read(statement: Statement, using: str, lookup: Values) -> tuple[Any, ...] | None:
    with statement.run(using, lookup) as cursor:
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row


@cache
def _select(model: type[Model], using: str, columns: tuple[str, ...], name: str, *, locked: bool = False) -> Statement:
    rows = model._base_manager.using(using).filter(**{name: Slot(_fields(model)[name])})
    rows = rows.select_for_update(nowait=True) if locked else rows
    return Statement(*rows.values_list(*columns).query.get_compiler(using).as_sql())


@cache
def _update(model: type[Model], using: str, columns: tuple[str, ...]) -> Statement:
    fields = _fields(model)
    key = model._meta.pk
    query: Any = model._base_manager.using(using).filter(pk=Slot(key)).query.chain(UpdateQuery)
    query.add_update_values({column: Slot(fields[column]) for column in columns})
    return Statement(*query.get_compiler(using).as_sql())


@cache
def _update_where(
    model: type[Model],
    using: str,
    where: tuple[str, ...],
    columns: tuple[str, ...],
    among: tuple[str, tuple[Any, ...]],
) -> Statement:
    fields = _fields(model)
    name, legal = among
    # The values of the second row are those that are compared.
    rows = model._base_manager.using(using).filter(**{column: Slot(fields[column], 1) for column in where})
    query: Any = rows.filter(**{f"{name}__in": legal}).query.chain(UpdateQuery)
    query.add_update_values({column: Slot(fields[column]) for column in columns})
    return Statement(*query.get_compiler(using).as_sql())


@cache
def _insert(model: type[Model], using: str, columns: tuple[str, ...], rows: int) -> Statement:
    fields = [_fields(model)[column] for column in columns]
    query = InsertQuery(model)
    query.insert_values(fields, [model(**{f.attname: Slot(f, row) for f in fields}) for row in range(rows)])
    [(sql, slots)] = query.get_compiler(using).as_sql()
    return Statement(sql, slots)


def _fields(model: type[Model]) -> dict[str, Field[Any, Any]]:
    return {field.attname: field for field in model._meta.concrete_fields}
