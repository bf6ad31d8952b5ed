"""The site as messages name it: from the settings alone, since a request says whatever its sender likes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from wfapp.conf import conf

__all__ = ["DEBUG_URL", "Site", "is_origin", "origin_of", "site"]

DEBUG_URL = "http://127.0.0.1:8000"
"""What stands for the site's address while ``DEBUG``."""

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:.]+\](:[0-9]{1,5})?", re.ASCII)
_PRINTABLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Site:
    """Hold what templates of messages see as ``site``; ``url`` ends without a slash, and is empty where nobody set it.

    ``domain`` is the host alone, or its address in brackets: the right side of a Message-ID.
    """

    url: str
    name: str
    domain: str


def site() -> Site:
    """Give the site."""
    url = conf.SITE_URL or (DEBUG_URL if settings.DEBUG else "")
    host = urlsplit(url).hostname or "localhost"
    domain = f"[IPv6:{host}]" if ":" in host else host
    return Site(url=url, name=conf.SITE_NAME or host, domain=domain)


def is_origin(value: object) -> bool:
    """Tell whether a value is an origin as a browser writes it: scheme, host in lower case, perhaps a port."""
    return isinstance(value, str) and _ORIGIN.fullmatch(value) is not None


def origin_of(url: str) -> str:
    """Give the origin of a URL; raises ValueError, without the URL, where it has none or holds what none may."""
    try:
        parts = urlsplit(url)
        port, host, secret = parts.port, parts.hostname, parts.username or parts.password
    except ValueError:
        port = host = secret = None
    default = {"http": 80, "https": 443}.get(parts.scheme) if host else None
    if default is None or not host or secret or not _PRINTABLE.fullmatch(url):
        raise ValueError("it is no http or https URL")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port not in (None, default) else "")
