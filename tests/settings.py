"""Settings of the tests: the demo site's, with a quick password hasher, keys that are no secret and no real mail."""

from __future__ import annotations

import os

os.environ["SECRET_KEY"] = "a key of the tests alone, with fifty characters or more"
os.environ["WFAPP_KEY"] = "a key for wfapp of the tests alone, forty at least"

from project.settings import *  # noqa: F403
from project.settings import DATABASES, INSTALLED_APPS, LANGUAGES, VAR, WFAPP

DEBUG = False
INSTALLED_APPS = [*INSTALLED_APPS, "tests.flows"]
# No thread of a sender beside a test: it calls wfapp.links.outbox.deliver_due for the mail of its rounds.
WFAPP = {**WFAPP, "SITE_URL": "https://site.example", "DELIVERY": "sweep"}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
LANGUAGES = [*LANGUAGES, ("de", "German")]
PAYMENT_URL = "http://127.0.0.1:1"  # the fixture "payments" runs a payment server
PACKING_TIME = 0.0
SECURE_SSL_REDIRECT = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file of this process: an SQLite database in memory is one connection, and the tests of locks need many.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / f"tests-{os.getpid()}.sqlite3")}
    # No test pulls the plug: nobody need wait for the disk at each commit.
    DATABASES["default"]["OPTIONS"] = {"init_command": "PRAGMA synchronous = OFF"}
