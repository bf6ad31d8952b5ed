"""Tags for people who write their own page: ``{% load wfapp %}``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wfapp.declaration.registry import registry
from wfapp.declaration.workflow import Workflow
from wfapp.http.redirects import safe_target
from wfapp.http.texts import texts_attribute
from wfapp.storage.base import get_storage

CSRF_COOKIE = "csrftoken"
"""The name that the element expects by itself."""

register = template.Library()


@register.inclusion_tag("wfapp/form.html", takes_context=True)
def wf_form(context: Context) -> dict[Any, Any]:
    """Draw the whole ``<form>`` element: progress, error summary, messages, heading, fields and buttons."""
    return _page_variables("wf_form", context)


@register.inclusion_tag("wfapp/hidden.html", takes_context=True)
def wf_hidden(context: Context) -> dict[Any, Any]:
    """Draw what each ``<form>`` of a page must post back: the CSRF token and the page's revision or start key."""
    return _page_variables("wf_hidden", context)


@register.inclusion_tag("wfapp/buttons.html", takes_context=True)
def wf_buttons(context: Context) -> dict[Any, Any]:
    """Draw the submit button and a button for each action."""
    return _page_variables("wf_buttons", context)


@register.simple_tag(takes_context=True)
def wf_element(context: Context, name: str, *, params: Mapping[str, Any] | None = None, next: str = "") -> SafeString:
    """Draw a ``<wf-form>`` that plays an exposed workflow through the endpoint.

    ``next`` is left out unless it may be followed, as pages do with ``?next=``. The page loads ``wfapp/wf-form.js`` by
    itself. Makes sure that the browser gets the CSRF cookie: the element's token travels in a cookie, too.
    """
    request = _request("wf_element", context)
    workflow = _exposed(name)
    get_token(request)
    attributes = {
        "src": reverse("wfapp:endpoint"),
        "name": name,
        "params": json.dumps(params, cls=DjangoJSONEncoder, ensure_ascii=False) if params else None,
        "next": safe_target(str(next or ""), request) or None,
        "csrf-cookie": settings.CSRF_COOKIE_NAME if settings.CSRF_COOKIE_NAME != CSRF_COOKIE else None,
        "keyless": not get_storage(workflow.storages[0]).listable,
        "texts": texts_attribute() or None,
    }
    return format_html("<wf-form{}></wf-form>", flatatt(attributes))


@register.simple_block_tag(takes_context=True)
def wf_smooth(context: Context, content: SafeString) -> SafeString:
    """Put ``<wf-form>`` around what a page draws, where its view says ``smooth=True``; elsewhere draw that alone."""
    if not context.get("smooth"):
        return content
    attributes = flatatt({"data-wf-page": context["smooth"], "texts": texts_attribute() or None})
    script = static("wfapp/wf-form.js")
    return format_html('<wf-form{}>{}</wf-form><script type="module" src="{}"></script>', attributes, content, script)


def _request(tag: str, context: Context) -> HttpRequest:
    request = getattr(context, "request", None)
    if not isinstance(request, HttpRequest):
        raise template.TemplateSyntaxError(
            f"{{% {tag} %}} needs the request: render the template with it, as render(request, ...) does."
        )
    return request


def _exposed(name: str) -> type[Workflow[Any]]:
    """Give the workflow of that name; raises TemplateSyntaxError where the endpoint starts none."""
    exposed = {workflow.name: workflow for workflow in registry if workflow.exposed}
    if name in exposed:
        return exposed[name]
    fault = (
        f"{name!r} is not exposed, so the endpoint refuses it: set exposed = True on it"
        if name in registry.names()
        else f"{name!r} is no workflow"
    )
    legal = ", ".join(map(repr, exposed)) or "none yet"
    raise template.TemplateSyntaxError(f"{{% wf_element %}}: {fault}; legal are {legal}.")


def _page_variables(tag: str, context: Context) -> dict[Any, Any]:
    if "flow" not in context:
        raise template.TemplateSyntaxError(
            f"{{% {tag} %}} needs the variables of a workflow's page: use it in a template that WorkflowView renders."
        )
    return context.flatten()
