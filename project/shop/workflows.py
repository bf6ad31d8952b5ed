"""The checkout: a loop of lines, an address, a card where something is to be paid, a last look, the order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from project.shop.forms import AddressForm, CardForm, ItemForm, TermsForm
from project.shop.models import Order, OrderLine
from project.shop.payments import Declined, charge, token_for
from wfapp import Ask, Choice, Context, Finish, If, Next, Secret, Struct, While, Workflow, step

__all__ = ["CheckoutContext", "PlaceOrder"]


TOTAL = _("Total: €{{ ctx.total }}")
CART = "{% for line in ctx.lines %}{{ line.quantity }} × {{ line.name }}: €{{ line.amount }}\n{% endfor %}"


class Line(Struct):
    """Hold one line of the cart."""

    product: int
    name: str
    quantity: int
    price: Decimal
    amount: Decimal


class CheckoutContext(Context):
    """Hold the cart."""

    lines: list[Line] = []
    more: bool = True
    total: Decimal = Decimal(0)
    draft: dict[str, str] = {}
    card: Secret[str] = ""


class PlaceOrder(Workflow[CheckoutContext]):
    """Let nothing be lost on the way to an order: back, drafts, a declined card, a last look at everything."""

    name = "checkout/place-order"
    title = _("Your order")
    exposed = True
    cancellable = True
    flow_model = "shop.CheckoutFlow"
    steps = [While("more", ["item"]), "address", If("is_paid", ["payment"]), "confirm", "place"]

    @step(
        form=ItemForm,
        passes=["lines", "total"],
        title=_("{% if ctx.lines %}Total: €{{ ctx.total }}{% else %}What would you like?{% endif %}"),
        description=CART,
        submit=_("Put into the cart"),
        revisit=True,
    )
    def item(self, form: ItemForm) -> None:
        product, quantity = form.cleaned_data["product"], form.cleaned_data["quantity"]
        amount = quantity * product.price
        line = Line(product=product.pk, name=product.name, quantity=quantity, price=product.price, amount=amount)
        self.ctx.lines = [*self.ctx.lines, line]
        self.ctx.total += amount
        self.ctx.more = form.cleaned_data["more"]

    @item.action(label=_("That is all"), when="lines")
    def that_is_all(self) -> Next:
        self.ctx.more = False
        return Next()

    @item.action(label=_("{% with line=ctx.lines|last %}Remove {{ line.name }}{% endwith %}"), when="lines")
    def remove(self) -> Ask:
        return Ask("item")

    address = step(form=AddressForm, passes=["lines", "total"], title=TOTAL, description=CART, revisit=True)

    @address.action(label=_("Save draft"))
    def save_draft(self, form: AddressForm) -> None:
        self.ctx.draft = {**self.ctx.draft, **form.cleaned_data}
        self.message(_("Saved. You can close this page and come back."), "success")

    @address.form_kwargs
    def address_kwargs(self) -> dict[str, Any]:
        return {"initial": self.ctx.draft}

    def is_paid(self) -> bool:
        return self.ctx.total > 0

    @step(form=CardForm, passes=["lines", "total"], title=TOTAL, description=CART, revisit=True, keep=False)
    def payment(self, form: CardForm) -> None:
        self.ctx.card = token_for(form.cleaned_data["number"])

    confirm = step(
        form=TermsForm,
        answers=True,
        passes=["total"],
        title=TOTAL,
        submit=_("Place the order"),
        keep=False,
    )

    @step(passes=["lines", "total"])
    def place(self) -> Ask | Finish:
        try:
            paid = charge(self.ctx.card, str(self.ctx.total), key=self.flow.idempotency_key) if self.ctx.card else ""
        except Declined:
            return Ask("payment", error=_("The bank declined this card. Please take another one."))
        order = self.ordered(paid)
        self.mail(order.email, "shop/mail/receipt", extra={"number": order.pk})
        return Finish(
            {"order": order.pk, "total": self.ctx.total},
            _("Thank you for your order. The receipt is in your mail."),
            choices=[Choice(_("Order something else"), reload=True), Choice(_("Back to the shop"), dismiss=True)],
        )

    def ordered(self, paid: str) -> Order:
        with transaction.atomic():
            order = Order.objects.create(**self.answers["address"], total=self.ctx.total, payment=paid)
            OrderLine.objects.bulk_create(
                OrderLine(order=order, product_id=line.product, quantity=line.quantity, price=line.price)
                for line in self.ctx.lines
            )
        return order
