"""Run a command and give what it prints."""

from __future__ import annotations

import io
from typing import Any

from django.core.management import call_command


def run(name: str, *args: str, **options: Any) -> tuple[list[str], list[str]]:
    """Give the lines of the standard output and of the error output, each sorted."""
    out, err = io.StringIO(), io.StringIO()
    call_command(name, *args, stdout=out, stderr=err, no_color=True, **options)
    return sorted(out.getvalue().splitlines()), sorted(err.getvalue().splitlines())
