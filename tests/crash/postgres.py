"""The PostgreSQL that the tests run on, where it is one of their own: its folder, and how it is restarted."""

from __future__ import annotations

import os
import pwd
import subprocess
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from django.db import connection

__all__ = ["Server"]


class Server:
    """Restart the server that scripts/with-postgres has begun; raises RuntimeError for any other one."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SHOW data_directory")
            self.folder = Path(cursor.fetchone()[0])
            # An acknowledged commit must outlive the process of the server, as on any real one.
            cursor.execute(f'ALTER DATABASE "{connection.settings_dict["NAME"]}" SET synchronous_commit = on')
        query = parse_qs(urlsplit(os.environ.get("DATABASE_URL", "")).query)
        if self.folder.parent != Path(query.get("host", ["nowhere"])[0]):
            raise RuntimeError("This PostgreSQL is not one of scripts/with-postgres: it is not restarted.")
        self.program = Path((self.folder / "postmaster.opts").read_text().split()[0]).with_name("pg_ctl")

    def restart(self, mode: Literal["fast", "immediate"]) -> None:
        """Stop it, politely or not, and begin it again."""
        command = [str(self.program), "restart", "-D", str(self.folder), "-m", mode, "-w"]
        command += ["-l", str(self.folder.parent / "server.log")]
        owner = pwd.getpwuid(self.folder.stat().st_uid).pw_name
        as_owner = ["runuser", "-u", owner, "--"] if os.getuid() == 0 else []
        subprocess.run([*as_owner, *command], check=True, stdout=subprocess.DEVNULL, cwd=self.folder.parent, timeout=60)
