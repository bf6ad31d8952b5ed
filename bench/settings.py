"""Settings of the benchmark: a site as ``startproject`` makes it, on a private database."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import dj_database_url

SECRET_KEY = "a key of the benchmark alone, which opens nothing that is of any use"  # noqa: S105 - it seals play data
WFAPP = {"KEYS": ["a key of wfapp in the benchmark alone, forty at least"]}
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "bench.urls"
LOGGING_CONFIG = None

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "formtools",
    "wfapp",
    "bench",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

FOLDER = Path(tempfile.gettempdir())
DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(os.environ.get("DATABASE_URL") or f"sqlite:///{FOLDER / 'wfapp-bench.sqlite3'}")
}
_private = f"wfapp_bench_{os.getpid()}"
_is_file = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
# A file: in memory SQLite would commit for nothing.
DATABASES["default"]["TEST"] = {"NAME": str(FOLDER / f"{_private}.sqlite3") if _is_file else _private}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
STATIC_URL = "static/"
