"""The three pages as workflows."""

from __future__ import annotations

from bench.forms import AddressForm, ConfirmForm, ContactForm
from wfapp import Context, Finish, Workflow, step

__all__ = ["Order", "OrderContext", "TokenOrder"]


class OrderContext(Context):
    """Hold what the steps take from the pages, beside the kept answers."""

    email: str = ""
    country: str = ""


class Order(Workflow[OrderContext]):
    """Take an order, as a row."""

    name = "bench/order"
    title = "Order"
    exposed = True

    @step(form=ContactForm, keep=True)
    def contact(self, form: ContactForm) -> None:
        """Remember who it is."""
        self.ctx.email = form.cleaned_data["email"]

    @step(form=AddressForm, keep=True)
    def address(self, form: AddressForm) -> None:
        """Remember where it goes."""
        self.ctx.country = form.cleaned_data["country"]

    @step(form=ConfirmForm)
    def confirm(self, form: ConfirmForm) -> Finish:
        """End."""
        return Finish(data={"email": self.ctx.email})


class TokenOrder(Order):
    """Take an order, as a token."""

    name = "bench/token-order"
    storage = "token"
