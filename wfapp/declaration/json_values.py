"""Values that leave the server as JSON: the data of an end, the payload of a webhook."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from wfapp.declaration.context import Context
from wfapp.declaration.secrecy import secret_keys
from wfapp.declaration.structs import plain
from wfapp.declaration.texts import plain_text
from wfapp.errors import WrongOutcome

__all__ = ["json_value"]


def json_value(value: Any, where: str) -> Any:
    """Give a value as JSON has it; raises WrongOutcome for what has no form in it, or may hold a secret.

    ``where`` begins the error's text, such as ``Finish(data=…)``.
    """
    if isinstance(value, Mapping):
        return {plain_text(str(key)): json_value(item, where) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [json_value(item, where) for item in value]
    if isinstance(value, float | int) and not (math.isfinite(value) and abs(value) < 2**63):
        raise WrongOutcome(f"{where}: a number in it is no number of JSON, NaN, infinite or too large.")
    if isinstance(value, msgspec.Struct) and not isinstance(value, Context) and not secret_keys(type(value)):
        return json_value(msgspec.structs.asdict(value), where)
    try:
        if not isinstance(value, msgspec.Struct):
            return msgspec.to_builtins(value, str_keys=True, enc_hook=plain)
    except (TypeError, ValueError, RecursionError):
        pass
    raise WrongOutcome(
        f"{where}: a value in it is of type {type(value).__name__}; legal are JSON values, texts, dates, decimals, "
        "UUIDs, enums, and Structs without a Secret."
    )
