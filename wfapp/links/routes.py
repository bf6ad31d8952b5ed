"""Where the pages of a workflow are, found in the site's own URLs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from wfapp.declaration.workflow import Workflow
from wfapp.errors import NoRoute
from wfapp.links.site import site

__all__ = ["link_url", "page_path", "routes_of"]


def link_url(workflow: type[Workflow[Any]], params: Any, token: str, *, url_name: str = "") -> str:
    """Give the address that a link leads to, from the settings and never from a request's Host; raises NoRoute."""
    if not site().url:
        raise NoRoute(f"{workflow.name}: a link needs the address of this site; set WFAPP['SITE_URL'].")
    return f"{site().url}{page_path(workflow, params, url_name=url_name)}?{urlencode({'wfs': token})}"


def page_path(workflow: type[Workflow[Any]], params: Any, *, url_name: str = "") -> str:
    """Give the path of a workflow's pages: that of ``url_name``, else its first route; raises NoRoute.

    What the path takes comes from the flow's params of the same names.
    """
    names = [(url_name, None)] if url_name else list(routes_of(workflow.name))
    for name, takes in names:
        kwargs = {key: getattr(params, key) for key in takes if hasattr(params, key)} if takes else {}
        try:
            return reverse(name, kwargs=kwargs)
        except NoReverseMatch:
            continue
    found = f"the URL {url_name!r} is none, or takes what its params do not hold" if url_name else "it has no route"
    raise NoRoute(
        f"{workflow.name}: {found}; add path(…, WorkflowView.as_view(workflow={workflow.__name__}), name=…) to the "
        "site's urls."
    )


def routes_of(workflow: str) -> Iterator[tuple[Any, list[str] | None]]:
    """Yield what reverses to each route of a workflow, and what its path takes."""
    yield from _within(get_resolver(), workflow, (), [])


def _within(
    resolver: URLResolver, workflow: str, namespaces: tuple[str, ...], taken: list[str]
) -> Iterator[tuple[Any, list[str] | None]]:
    for entry in resolver.url_patterns:
        takes = [*taken, *entry.pattern.converters, *_named_groups(entry.pattern)]
        if isinstance(entry, URLResolver):
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from _within(entry, workflow, inner, takes)
        elif _serves(entry, workflow):
            target = ":".join((*namespaces, entry.name)) if entry.name else entry.callback
            yield target, list(dict.fromkeys(takes))


def _named_groups(pattern: Any) -> list[str]:
    return list(pattern.regex.groupindex)


def _serves(entry: URLPattern, workflow: str) -> bool:
    """Tell whether a route serves a workflow's pages: any view class that has one as its ``workflow``."""
    view: Any = entry.callback
    served = getattr(view, "view_initkwargs", {}).get(
        "workflow", getattr(view.__dict__.get("view_class"), "workflow", None)
    )
    return getattr(served, "name", None) == workflow
