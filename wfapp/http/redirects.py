"""Where a browser may be sent: this site, or a host that the site allows."""

from __future__ import annotations

import unicodedata
from urllib.parse import unquote, urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from wfapp.conf import conf

__all__ = ["safe_target"]

MAX_LENGTH = 2_000
"""The most characters of a target; it travels in addresses, in sealed state and in a header."""

MAX_DECODINGS = 3
"""How often a path may be percent-encoded: more than any server on the way decodes."""


def safe_target(url: str, request: HttpRequest) -> str:
    """Return ``url`` where a browser may be sent there, else an empty string.

    It is a path from the site's root, or an http(s) address of this host or one of ``WFAPP["REDIRECT_HOSTS"]``; from a
    secure page only a secure one.
    """
    # Browsers drop some control characters and read a backslash as a slash: what they make of it is another address.
    if not url or len(url) > MAX_LENGTH or "\\" in url or not url.isprintable() or url != url.strip():
        return ""
    # Something stood there that was no text; a decoder on the way put this in its place.
    if "\ufffd" in url:
        return ""
    hosts = {request.get_host(), *conf.REDIRECT_HOSTS}
    if not url_has_allowed_host_and_scheme(url, hosts, require_https=request.is_secure()):
        return ""
    parts = urlsplit(url)
    return url if (url.startswith("/") or parts.scheme) and _is_plain_path(parts.path) else ""


def _is_plain_path(path: str) -> bool:
    """Tell whether a path stays the same address for whoever decodes, normalises or resolves it on the way.

    A proxy, a framework's router or a second redirect may do any of that, and then read ``/%2fevil.example`` as the
    name of a host (OWASP, Unvalidated Redirects and Forwards).
    """
    for _ in range(MAX_DECODINGS):
        if not _is_plain(unicodedata.normalize("NFKC", path)):
            return False
        try:
            decoded = unquote(path, errors="strict")
        except UnicodeDecodeError:
            return False
        if decoded == path:
            return True
        path = decoded
    return False


def _is_plain(path: str) -> bool:
    return (
        "\\" not in path
        and not any(unicodedata.category(character) == "Cc" for character in path)
        and not path.startswith("//")
        and not {".", ".."}.intersection(path.split("/"))
    )
