"""What tests of rounds share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from wfapp import Context, Workflow
from wfapp.testing import isolated_registry

_numbers = count()


@pytest.fixture
def declare() -> Iterator[Callable[..., type[Workflow[Any]]]]:
    """Declare workflows that are forgotten after the test: ``declare(SomeContext, page=step(…))``."""

    def make(context: type[Context], **body: Any) -> type[Workflow[Any]]:
        namespace = {"name": f"tests/declared-{next(_numbers)}", "context_class": context, **body}
        cls: type[Workflow[Any]] = type("Declared", (Workflow,), namespace)
        return cls

    with isolated_registry():
        yield make
