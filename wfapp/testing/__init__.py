"""What helps an author to test workflows."""

from __future__ import annotations

from wfapp.testing.declarations import isolated_registry
from wfapp.testing.fuzz import Fuzzed, fuzz
from wfapp.testing.leaks import assert_no_leak
from wfapp.testing.mails import Letter, Outbox
from wfapp.testing.memory import MemoryClaim, MemoryStorage
from wfapp.testing.shown import Shown
from wfapp.testing.trial import Trial, try_step
from wfapp.testing.walk import Walk

__all__ = [
    "Fuzzed",
    "Letter",
    "MemoryClaim",
    "MemoryStorage",
    "Outbox",
    "Shown",
    "Trial",
    "Walk",
    "assert_no_leak",
    "fuzz",
    "isolated_registry",
    "try_step",
]
