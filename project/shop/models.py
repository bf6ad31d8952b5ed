"""What the shop sells, and what was ordered."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from wfapp.models import AbstractFlow

__all__ = ["CheckoutFlow", "Order", "OrderLine", "Product", "Reservation"]


class Product(models.Model):
    """Offer one thing; a price of zero makes it a gift."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    price = models.DecimalField(_("price"), max_digits=8, decimal_places=2)
    stock = models.PositiveIntegerField(_("stock"), default=100)
    """How many can be ordered now; what is reserved is not among them."""

    class Meta:
        ordering = ["name"]
        verbose_name = _("product")
        verbose_name_plural = _("products")

    def __str__(self) -> str:
        return self.name


class Reservation(models.Model):
    """Hold a part of the stock for a checkout, until it is sold or given back."""

    checkout = models.UUIDField(_("checkout"), db_index=True)
    """The id of the flow."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="reservations", verbose_name=_("product"))
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("reservation")
        verbose_name_plural = _("reservations")

    def __str__(self) -> str:
        return f"{self.quantity} {self.product}"


class Order(models.Model):
    """Hold an order that was placed."""

    checkout = models.UUIDField(_("checkout"), unique=True, null=True, editable=False)
    """The id of the flow."""

    email = models.EmailField(_("e-mail address"))
    street = models.CharField(_("street"), max_length=120)
    city = models.CharField(_("city"), max_length=80)
    total = models.DecimalField(_("total"), max_digits=9, decimal_places=2)
    payment = models.CharField(_("payment"), max_length=80, blank=True)
    """The payment server's own id; empty where nothing had to be paid."""

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")

    def __str__(self) -> str:
        return f"{self.pk}"


class OrderLine(models.Model):
    """Hold one line of an order, at the price of that day."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(_("quantity"))
    price = models.DecimalField(_("price"), max_digits=8, decimal_places=2)

    class Meta:
        verbose_name = _("order line")
        verbose_name_plural = _("order lines")

    def __str__(self) -> str:
        return f"{self.quantity} {self.product}"


class CheckoutFlow(AbstractFlow):
    """Let staff find carts by their total."""

    total = models.DecimalField(_("total"), max_digits=9, decimal_places=2, null=True, db_index=True)

    class Meta(AbstractFlow.Meta):
        verbose_name = _("checkout")
        verbose_name_plural = _("checkouts")
