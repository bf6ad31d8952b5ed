"""The checkout: a loop of lines, an address, a card where something is to be paid, a last look, the order."""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from project.shop import payments, stock
from project.shop.forms import AddressForm, CardForm, ItemForm, TermsForm
from project.shop.models import Order, OrderLine
from wfapp import Ask, Choice, Context, Finish, If, Next, Secret, Struct, While, Workflow, step

__all__ = ["CheckoutContext", "PlaceOrder"]

HOLD = timedelta(minutes=15)
"""How long a page may be left alone while the shop keeps for it what is in the cart."""

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
    """Hold the cart, and what came of it."""

    lines: list[Line] = []
    more: bool = True
    total: Decimal = Decimal(0)
    draft: dict[str, str] = {}
    card: Secret[str] = ""
    """What stands for the card at the payment server; the number itself is kept nowhere."""

    paid: str = ""
    order: int | None = None


class PlaceOrder(Workflow[CheckoutContext]):
    """Let nothing be lost on the way to an order: back, drafts, a declined card; who leaves gives the stock back."""

    name = "checkout/place-order"
    title = _("Your order")
    exposed = True
    cancellable = True
    flow_model = "shop.CheckoutFlow"
    steps = [
        While("more", ["item"]),
        "reserve",
        "address",
        If("is_paid", ["payment"]),
        "confirm",
        If("is_paid", ["charge"]),
        "provision",
        "receipt",
    ]

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

    @step(durable=True, title=_("Looking into the store"))
    def reserve(self) -> Ask | None:
        wanted: Counter[int] = Counter()
        for line in self.ctx.lines:
            wanted[line.product] += line.quantity
        try:
            stock.reserve(self.flow.id, wanted)
        except stock.SoldOut as short:
            left = {"left": short.product.stock, "product": short.product.name}
            return Ask("item", error=_("Of %(product)s there are only %(left)s left.") % left)
        return None

    @reserve.compensate(retries=3)
    def give_back(self) -> None:
        stock.give_back(self.flow.id)

    address = step(
        form=AddressForm, passes=["lines", "total"], title=TOTAL, description=CART, revisit=True, expires=HOLD
    )

    @address.action(label=_("Save draft"))
    def save_draft(self, form: AddressForm) -> None:
        self.ctx.draft = {**self.ctx.draft, **form.cleaned_data}
        self.message(_("Saved. You can close this page and come back."), "success")

    @address.form_kwargs
    def address_kwargs(self) -> dict[str, Any]:
        return {"initial": self.ctx.draft}

    def is_paid(self) -> bool:
        return self.ctx.total > 0

    @step(
        form=CardForm,
        passes=["lines", "total"],
        title=TOTAL,
        description=CART,
        revisit=True,
        keep=False,
        expires=HOLD,
    )
    def payment(self, form: CardForm) -> None:
        try:
            self.ctx.card = payments.token_for(form.cleaned_data["number"])
        except payments.PaymentFault:
            raise ValidationError(_("The bank cannot be reached. Please try again in a moment.")) from None

    confirm = step(
        form=TermsForm,
        answers=True,
        passes=["total"],
        title=TOTAL,
        submit=_("Place the order"),
        keep=False,
        expires=HOLD,
    )

    @step(
        retries=3,
        delay=timedelta(milliseconds=500),
        timeout=timedelta(seconds=10),
        retry_on=payments.PaymentFault,
        title=_("Asking the bank"),
    )
    def charge(self) -> Ask | None:
        key, amount = self.flow.idempotency_key, str(self.ctx.total)
        try:
            self.ctx.paid = payments.charge(self.ctx.card, amount, reference=str(self.flow.id), key=key)
        except payments.Declined:
            return Ask("payment", error=_("The bank declined this card. Please take another one."))
        self.ctx.card = ""
        return None

    @charge.compensate(retries=3)
    def refund(self) -> None:
        payments.refund(str(self.flow.id), key=self.flow.idempotency_key)

    @step(background=True, retries=3, title=_("Packing your order"))
    def provision(self) -> None:
        for done, line in enumerate(self.ctx.lines):
            self.flow.raise_if_cancelled()
            self.flow.progress(done / len(self.ctx.lines), f"{line.quantity} × {line.name}")
            time.sleep(settings.PACKING_TIME)
        order = Order.objects.create(
            checkout=self.flow.id, **self.answers["address"], total=self.ctx.total, payment=self.ctx.paid
        )
        OrderLine.objects.bulk_create(
            OrderLine(order=order, product_id=line.product, quantity=line.quantity, price=line.price)
            for line in self.ctx.lines
        )
        self.ctx.order = order.pk

    @provision.compensate(retries=3)
    def unpack(self) -> None:
        Order.objects.filter(checkout=self.flow.id).delete()

    @step(passes=["lines", "total"], title=_("Writing the receipt"))
    def receipt(self) -> Finish:
        stock.sold(self.flow.id)
        self.mail(self.answers["address"]["email"], "shop/mail/receipt", extra={"number": self.ctx.order})
        return Finish(
            {"order": self.ctx.order, "total": self.ctx.total},
            _("Thank you for your order. The receipt is in your mail."),
            choices=[Choice(_("Order something else"), reload=True), Choice(_("Back to the shop"), dismiss=True)],
        )
