"""The addresses of the demo site, and in each way those of the pages that it lacks."""

from __future__ import annotations

from django.urls import path
from django.views.generic import TemplateView

from project.demo.recipes import Recipe
from project.urls import urlpatterns as demo
from tests.browser.pages.workflows import EXTRAS
from wfapp.web import WorkflowView

__all__ = ["urlpatterns"]

urlpatterns = [*demo]
for name, workflow in EXTRAS.items():
    context = {"recipe": Recipe(workflow=workflow, url_name=name, text="")}
    urlpatterns[:0] = [
        path(f"{name}/", WorkflowView.as_view(workflow=workflow), name=name),
        path(f"smooth/{name}/", WorkflowView.as_view(workflow=workflow, smooth=True)),
        path(f"element/{name}/", TemplateView.as_view(template_name="demo/element.html", extra_context=context)),
    ]
