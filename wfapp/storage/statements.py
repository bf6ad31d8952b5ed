"""The statements of a round, put into SQL once: that takes the ORM longer than it takes a database to run one.

A statement is made by the ORM with a slot in the place of each value, and is run with the values; but for the INSERT,
which is plain enough to be written here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
from django.db import connections
from django.db.models import Expression, Field, Model
from django.db.models.sql import UpdateQuery

__all__ = ["Rows", "Slot", "Statement", "insert", "lock", "read", "update", "update_where"]

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

    def run(self, using: str, *rows: Values, more: Sequence[Any] = ()) -> Any:
        """Run it with the values of each row, by column, and with parameters for its end, and give the cursor."""
        connection = connections[using]
        values = [
            slot.prepare(rows[slot.row][slot.name], connection) if type(slot) is Slot else slot for slot in self.slots
        ]
        cursor = connection.cursor()
        cursor.execute(self.sql, [*values, *more])
        return cursor


@dataclass(frozen=True, slots=True)
class Rows:
    """Hold rows to be inserted: of texts and numbers, in the same columns, beside what is the ``same`` in each of them.

    Nothing fills in the default of another column.
    """

    model: type[Model]
    same: Values
    own: Sequence[Values]

    def shared(self, using: str) -> list[Any]:
        """Give what they share as parameters."""
        connection, fields = connections[using], _fields(self.model)
        return [fields[name].get_db_prep_save(value, connection) for name, value in self.same.items()]

    def listed(self, using: str) -> list[Any]:
        """Give the same and, as one more parameter, what is their own as JSON."""
        return [*self.shared(using), msgspec.json.encode(self.own).decode()]


def read(model: type[Model], using: str, columns: tuple[str, ...], **lookup: Any) -> tuple[Any, ...] | None:
    """Read some columns, as the database has them, of the row that has a value in a unique column."""
    return _read(_select(model, using, columns, *lookup), using, lookup)


def lock(model: type[Model], using: str, columns: tuple[str, ...], **lookup: Any) -> tuple[Any, ...] | None:
    """Lock that row, inside of a transaction, and read it.

    Raises the DatabaseError of a row that somebody else holds.
    """
    return _read(_select(model, using, columns, *lookup, locked=True), using, lookup)


def update(model: type[Model], using: str, pk: Any, values: Values, beside: Rows | None = None) -> None:
    """Write columns of one row, and insert others."""
    key = model._meta.pk.attname
    _write(beside, using, ({**values, key: pk},), _update, model, using, tuple(values))


def update_where(
    model: type[Model],
    using: str,
    where: Values,
    values: Values,
    *,
    among: tuple[str, tuple[Any, ...]],
    beside: Rows | None = None,
) -> bool:
    """Write columns of the row that has all these values, and in one column one of several, and insert others.

    False where none has: then nothing is inserted.
    """
    return _write(beside, using, (values, where), _update_where, model, using, tuple(where), tuple(values), among)


def insert(using: str, rows: Rows) -> None:
    """Insert rows."""
    connection = connections[using]
    columns = (rows.model, using, tuple(rows.same), tuple(rows.own[0]))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_insert_listed(*columns), rows.listed(using))
            return
        values, (into, one) = rows.shared(using), _insert(*columns)
        for few in (rows.own[first : first + FEW] for first in range(0, len(rows.own), FEW)):
            each = [value for row in few for value in (*values, *row.values())]
            cursor.execute(into + ", ".join([one] * len(few)), each)


def _write(
    rows: Rows | None, using: str, values: Sequence[Values], make: Callable[..., Statement], *columns: Any
) -> bool:
    """Run an UPDATE that is made of columns, and insert rows where it has found one; on PostgreSQL in one statement."""
    if rows is None or not rows.own:
        with make(*columns).run(using, *values) as cursor:
            return bool(cursor.rowcount)
    if connections[using].vendor == "postgresql":
        both = _update_and_insert(make, columns, using, rows.model, tuple(rows.same), tuple(rows.own[0]))
        with both.run(using, *values, more=rows.listed(using)) as cursor:
            return bool(cursor.rowcount)
    with make(*columns).run(using, *values) as cursor:
        found = bool(cursor.rowcount)
    if found:
        insert(using, rows)
    return found


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


@cache
def _update_and_insert(
    make: Callable[..., Statement],
    columns: tuple[Any, ...],
    using: str,
    model: type[Model],
    same: tuple[str, ...],
    own: tuple[str, ...],
) -> Statement:
    """Give an UPDATE with an INSERT of any number of rows behind it: the database is waited for once."""
    update = make(*columns)
    sql = f"WITH found AS ({update.sql} RETURNING 1) {_insert_listed(model, using, same, own)}, found"
    return Statement(sql, update.slots)


def _into(model: type[Model], using: str, columns: Sequence[str]) -> str:
    quote, fields = connections[using].ops.quote_name, _fields(model)
    names = ", ".join(quote(str(fields[column].column)) for column in columns)
    return f"INSERT INTO {quote(model._meta.db_table)} ({names})"


@cache
def _fields(model: type[Model]) -> Mapping[str, Field[Any, Any]]:
    return {field.attname: field for field in model._meta.concrete_fields}
