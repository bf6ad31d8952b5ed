"""Fixtures for pytest, found by its entry point; a test that asks for none of them pays nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from wfapp.testing import Outbox, Walk

__all__ = ["walk", "wf_outbox", "wf_registry"]

# This module is imported before Django is set up: what needs models is imported by whoever asks for it.


@pytest.fixture
def walk(request: pytest.FixtureRequest) -> Callable[..., Walk]:
    """Make walks, in the database of the test: ``walk("auth/login", via="json")``."""
    _open_database(request)
    from wfapp.testing import Walk  # noqa: PLC0415 - see above

    return Walk


@pytest.fixture
def wf_outbox(request: pytest.FixtureRequest) -> Outbox:
    """List the mails that were sent since the test began."""
    _open_database(request)
    from wfapp.testing import Outbox  # noqa: PLC0415 - see above

    return Outbox()


@pytest.fixture
def wf_registry() -> Iterator[Any]:
    """Give the registry of workflows, and forget after the test what was declared in it."""
    from wfapp.declaration.registry import registry  # noqa: PLC0415 - see above

    with registry.isolated():
        yield registry


def _open_database(request: pytest.FixtureRequest) -> None:
    """Ask pytest-django for the database, unless the test said already which kind."""
    if request.config.pluginmanager.hasplugin("django") and "transactional_db" not in request.fixturenames:
        request.getfixturevalue("db")
