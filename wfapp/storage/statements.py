"""The statements of a round, put into SQL once: that takes the ORM longer than it takes a database to run one.

A statement is made by the ORM with a slot in the place of each value, and is run with the values; but for the INSERT,
which is plain enough to be written here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from django.db import connections
from django.db.models import Expression, Field, Model
from django.db.models.sql import UpdateQuery

__all__ = ["Slot", "Statement", "insert", "lock", "read", "update", "update_where"]

FEW = 50
"""How many rows one INSERT has, where each value is a parameter."""

Values = Mapping[str, Any]


class Slot(Expression):
    """Stand for the value of a column; among the parameters of a statement it stands where that value belongs."""

    def __init__(self, field: Field[Any, Any], row: int = 0) -> None:
        super().__init__(output_field=field)
        self.prepare = field.get_db_prep_save
        self.name = field.attname
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
            slot.prepare(rows[slot.row][slot.name], connection) if type(slot) is Slot else slot for slot in self.slots
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


def insert(model: type[Model], using: str, rows: Sequence[Values], **same: Any) -> None:
    """Insert rows of texts and numbers in the same columns, beside what is the ``same`` in each of them.

    Nothing fills in the default of another column.
    """
    connection, fields = connections[using], _fields(model)
    values = [fields[name].get_db_prep_save(value, connection) for name, value in same.items()]
    columns = (model, using, tuple(same), tuple(rows[0]))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_insert_listed(*columns), [*values, msgspec.json.encode(rows).decode()])
            return
        into, one = _insert(*columns)
        for few in (rows[first : first + FEW] for first in range(0, len(rows), FEW)):
            each = [value for row in few for value in (*values, *row.values())]
            cursor.execute(into + ", ".join([one] * len(few)), each)


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
def _insert(model: type[Model], using: str, same: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, str]:
    """Give the beginning of an INSERT, and the placeholders of one row."""
    columns = (*same, *own)
    return f"{_into(model, using, columns)} VALUES ", f"({', '.join(['%s'] * len(columns))})"


@cache
def _insert_listed(model: type[Model], using: str, same: tuple[str, ...], own: tuple[str, ...]) -> str:
    """Give an INSERT of any number of rows that come as JSON, in one parameter.

    PostgreSQL plans for each value that stands in a statement, which takes it ten times as long.
    """
    connection, fields = connections[using], _fields(model)
    given = ["%s"] * len(same) + [connection.ops.quote_name(name) for name in own]
    listed = [f"{connection.ops.quote_name(name)} {fields[name].db_type(connection)}" for name in own]
    source = f"json_to_recordset(%s) AS listed ({', '.join(listed)})"
    # Names of a table, of columns and of their types alone are put into it.
    return f"{_into(model, using, (*same, *own))} SELECT {', '.join(given)} FROM {source}"  # noqa: S608


def _into(model: type[Model], using: str, columns: Sequence[str]) -> str:
    quote, fields = connections[using].ops.quote_name, _fields(model)
    names = ", ".join(quote(str(fields[column].column)) for column in columns)
    return f"INSERT INTO {quote(model._meta.db_table)} ({names})"


@cache
def _fields(model: type[Model]) -> Mapping[str, Field[Any, Any]]:
    return {field.attname: field for field in model._meta.concrete_fields}
