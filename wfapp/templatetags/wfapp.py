"""Tags for people who write their own page: ``{% load wfapp %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

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


def _page_variables(tag: str, context: Context) -> dict[Any, Any]:
    if "flow" not in context:
        raise template.TemplateSyntaxError(
            f"{{% {tag} %}} needs the variables of a workflow's page: use it in a template that WorkflowView renders."
        )
    return context.flatten()
