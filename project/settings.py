"""Settings of the demo site: ready to start from a fresh clone, with nothing to set.

The environment may say ``DATABASE_URL``, ``DEBUG`` (on unless ``0``), ``ALLOWED_HOSTS`` (with commas), ``SITE_URL``,
``SECRET_KEY``, ``WFAPP_KEY``, ``VAR_DIR`` (the folder of everything that the site writes), ``WEB_CONCURRENCY`` (the
number of processes, which gunicorn reads as well), ``PAYMENT_URL`` and ``PACKING_TIME`` (the shop's payment server, and
the seconds that it packs a line for). Without ``DEBUG`` the site expects to stand behind TLS.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import dj_database_url
import django

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var")
VAR.mkdir(mode=0o700, exist_ok=True)


def kept_secret(name: str) -> str:
    """Return the environment's value, else the one that the first start made and left in a file for its owner alone."""
    if value := os.environ.get(name):
        return value
    path = VAR / name.lower()
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()


DEBUG = os.environ.get("DEBUG", "1") != "0"
SECRET_KEY = kept_secret("SECRET_KEY")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *filter(None, os.environ.get("ALLOWED_HOSTS", "").split(","))]

WFAPP = {
    "KEYS": [kept_secret("WFAPP_KEY")],
    "SITE_URL": os.environ.get("SITE_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"),
    "SITE_NAME": "wfapp demo",
}

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks_db",
    "rest_framework",
    "wfapp",
    "project.accounts",
    "project.demo",
    "project.kyc",
    "project.shop",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
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

DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(os.environ.get("DATABASE_URL") or f"sqlite:///{VAR / 'demo.sqlite3'}")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

if not DEBUG or int(os.environ.get("WEB_CONCURRENCY", "1")) > 1:
    # Several workers share one cache, so that each revision of a token is used once: "manage.py createcachetable".
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

SECURE_SSL_REDIRECT = not DEBUG
SECURE_HSTS_SECONDS = 0 if DEBUG else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEBUG
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEBUG
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "object-src": ["'none'"],
}
MIDDLEWARE.append(
    "django.middleware.csp.ContentSecurityPolicyMiddleware"
    if django.VERSION >= (6, 0)
    else "project.csp.csp_middleware"
)

MAIL_DIR = VAR / "mail"
DEFAULT_FROM_EMAIL = "wfapp demo <demo@example.com>"
if django.VERSION >= (6, 1):
    MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": MAIL_DIR},
        }
    }
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MAIL_DIR

# A worker takes tasks out of the database: "manage.py db_worker", which scripts/demo runs beside the server.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

PAYMENT_URL = os.environ.get("PAYMENT_URL", "http://127.0.0.1:8009")
"""Where the payment server is: python -m project.payment_server, which scripts/demo runs beside the site."""

PACKING_TIME = float(os.environ.get("PACKING_TIME", "1"))
"""How many seconds the shop takes to pack one line of an order."""

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]  # its own words have no translation: wfapp's alone would make pages of two languages
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
MEDIA_ROOT = VAR / "media"  # nothing serves it: what people upload is shown by their flow alone
