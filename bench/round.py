"""Measure a round of wfapp against hand-written views and django-formtools.

``python bench/round.py`` measures on SQLite; with ``DATABASE_URL=postgres://…`` on SQLite, and then on PostgreSQL. Each
database has one process and one run, in which every contestant plays in shuffled order; see ``bench/README.md``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run this command once for each database."""
    options = _options()
    if options.here:
        return _run(options)
    url = os.environ.get("DATABASE_URL", "")
    urls = ["", url] if url and not url.startswith("sqlite") else [""]
    command = [sys.executable, __file__, *sys.argv[1:], "--here"]
    return max([subprocess.run(command, env=_environment(url), check=False).returncode for url in urls])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what a round costs.")
    parser.add_argument("--rounds", type=int, default=400, help="how many rounds of each are measured")
    parser.add_argument("--warm-up", type=int, default=30, help="how many rounds of each are played before")
    parser.add_argument("--seed", type=int, default=2, help="what the shuffled order follows from")
    parser.add_argument("--only", default="", help="keys of contestants, with commas")
    parser.add_argument("--profile", action="store_true", help="tell where the time goes, too")
    parser.add_argument("--here", action="store_true", help="measure on DATABASE_URL alone, in this process")
    return parser.parse_args()


def _environment(url: str) -> dict[str, str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "bench.settings", "DATABASE_URL": url}
    return environment | {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}


def _run(options: argparse.Namespace) -> int:
    # These need settings and the path of this repository, which the first process gave to this one.
    import django  # noqa: PLC0415

    django.setup()
    from bench.report import run  # noqa: PLC0415

    return run(options)


if __name__ == "__main__":
    raise SystemExit(main())
