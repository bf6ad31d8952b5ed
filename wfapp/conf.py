"""The WFAPP setting: one class of typed defaults, read late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings

__all__ = ["Conf", "conf"]


class Conf:
    """Hold the default of every key of the ``WFAPP`` setting; ``conf.NAME`` reads the site's value at each use."""

    KEYS: list[str] = []
    """Secrets of at least 32 characters, newest first; older ones still open.

    Default: ``SECRET_KEY`` and its fallbacks.
    """

    SITE: str = ""
    """What tokens are bound to, so that two sites with one key do not accept each other's.

    Default: ``ROOT_URLCONF``.
    """

    STORAGES: dict[str, str] = {}
    """Third-party storages: dotted paths of ``Storage`` classes by name, beside ``database`` and ``token``."""

    CACHE: str = "default"
    """The alias of the cache that makes each revision of a token usable once."""

    SIGN_IN: str = "django.contrib.auth.login"
    """The dotted path of ``(request, user, backend)`` that signs a user in."""

    RETENTION: timedelta = timedelta(days=90)
    """How long the row of an ended flow is kept."""

    LEASE: timedelta = timedelta(minutes=1)
    """How long nothing may be heard of whoever runs a durable step, before another one takes it over."""

    QUEUE_LEASE: timedelta = timedelta(minutes=10)
    """How long a background step may wait for a worker, before the sweeper runs it."""

    COOKIE_SECURE: bool | None = None
    """Whether wfapp's cookies are ``Secure`` and carry the ``__Host-`` prefix. Default: unless ``DEBUG``."""

    REDIRECT_HOSTS: list[str] = []
    """Hosts beside the site's own that a redirect may lead to."""

    TRUSTED_PROXIES: int = 0
    """How many proxies in front of the site append to ``X-Forwarded-For``; 0 takes the address of the connection."""

    SITE_URL: str = ""
    """The address of the site, such as ``https://shop.example``: links in messages begin with it.

    While ``DEBUG``, ``http://127.0.0.1:8000`` stands for an empty one.
    """

    SITE_NAME: str = ""
    """What messages call the site. Default: the host of ``SITE_URL``."""

    CHANNELS: dict[str, str] = {}
    """Channels by name, as dotted paths of ``Channel`` classes, beside ``email`` and ``webhook``."""

    DELIVERY: str = "thread"
    """Who tries a message first, after its commit.

    A ``thread`` of this process, a ``task`` of Django's, or nobody but the ``sweep``.
    """

    DELIVERY_TRIES: int = 14
    """How often a message is tried before it is given up: 14 times take about a day."""

    UNSENT_RETENTION: timedelta = timedelta(days=7)
    """How long a message that was given up keeps its text, for staff to try again."""

    WEBHOOK_KEYS: dict[str, list[str]] = {}
    """Which origins webhooks may be posted to, and the secrets that sign them, newest first."""

    UPLOAD_STORAGE: str = "default"
    """The alias in ``STORAGES`` of the files of flows; nothing in it should have a public address."""

    UPLOAD_MAX_SIZE: int = 5 * 1024 * 1024
    """The most bytes of one file, unless its page says otherwise; in base64 it fits into a body of the endpoint."""

    UPLOAD_MAX_COUNT: int = 10
    """The most files of one page, unless it says otherwise."""

    def __getattribute__(self, name: str) -> Any:
        default = super().__getattribute__(name)
        if not name.isupper():
            return default
        value: Any = getattr(settings, "WFAPP", {}).get(name, default)
        return value


conf = Conf()
