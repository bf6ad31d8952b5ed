"""Settings of the tests: the demo site's, with a quick password hasher and nothing that outlives the run."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ["SECRET_KEY"] = "a key of the tests alone, with fifty characters or more"
os.environ["WFAPP_KEY"] = "a key for wfapp of the tests alone, forty at least"

from project.settings import *  # noqa: F403
from project.settings import DATABASES, INSTALLED_APPS

DEBUG = False
INSTALLED_APPS = [*INSTALLED_APPS, "tests.flows"]
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

_folder = Path(tempfile.mkdtemp(prefix="wfapp-tests-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
MAIL_DIR = _folder / "mail"
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file: an SQLite database in memory is one connection, and the tests of locks need many.
    DATABASES["default"]["TEST"] = {"NAME": str(_folder / "tests.sqlite3")}
