"""Where a browser may be sent: this site, or a host that the site allows."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from wfapp.conf import conf
from wfapp.rounds.answer import Answer

__all__ = ["end_target", "safe_target"]

MAX_LENGTH = 2_000
"""The most characters of a target; it travels in addresses, in sealed state and in a header."""

logger = logging.getLogger("wfapp.http")


def safe_target(url: str, request: HttpRequest) -> str:
    """Return ``url`` where a browser may be sent there, else an empty string.

    It is a path from the site's root, or an http(s) address of this host or one of ``WFAPP["REDIRECT_HOSTS"]``; from a
    secure page only a secure one.
    """
    # Browsers drop some control characters and read a backslash as a slash: what they make of it is another address.
    if not url or len(url) > MAX_LENGTH or "\\" in url or not url.isprintable() or url != url.strip():
        return ""
    hosts = {request.get_host(), *conf.REDIRECT_HOSTS}
    if not url_has_allowed_host_and_scheme(url, hosts, require_https=request.is_secure()):
        return ""
    return url if url.startswith("/") or urlsplit(url).scheme else ""


def end_target(answer: Answer, request: HttpRequest, default: str = "") -> str:
    """Return where the end of a flow leads: the step's redirect, else the person's ``next``, else the site's default.

    The first two are checked, since a value of either may come from a client; the default is code.
    """
    if answer.end is None:
        return default
    redirect = safe_target(answer.end.redirect, request)
    if answer.end.redirect and not redirect:
        logger.warning(
            "%s redirects to a host that is not allowed; add it to WFAPP['REDIRECT_HOSTS'].", answer.workflow.name
        )
    return redirect or safe_target(answer.end.next, request) or default
