"""The three pages as django-formtools takes a person through them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from formtools.wizard.views import NamedUrlSessionWizardView, SessionWizardView

from bench.forms import AddressForm, ConfirmForm, ContactForm

__all__ = ["NamedOrderWizard", "OrderWizard"]


class Pages:
    """Show the three pages."""

    form_list = [("contact", ContactForm), ("address", AddressForm), ("confirm", ConfirmForm)]
    template_name = "bench/wizard.html"

    def get_context_data(self, form: Any, **kwargs: Any) -> dict[str, Any]:
        """Add the heading."""
        context: dict[str, Any] = super().get_context_data(form=form, **kwargs)  # type: ignore[misc]
        return context | {"title": form.Page.title}

    def done(self, form_list: list[Any], **kwargs: Any) -> HttpResponse:
        """End."""
        return HttpResponse("Done")


class OrderWizard(Pages, SessionWizardView):  # type: ignore[misc]  # formtools has no types
    """Take an order, in the session; a post answers with the next page."""


class NamedOrderWizard(Pages, NamedUrlSessionWizardView):  # type: ignore[misc]  # formtools has no types
    """Take an order, in the session; a post redirects to the address of the next page, as wfapp's does."""
