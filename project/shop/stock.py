"""The stock: it is reserved for a checkout whole or not at all, given back, or sold."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.db import transaction
from django.db.models import F

from project.shop.models import Product, Reservation

__all__ = ["SoldOut", "give_back", "reserve", "sold"]


class SoldOut(Exception):
    """Tell which product there is too little of."""

    def __init__(self, product: Product) -> None:
        self.product = product
        super().__init__()


@transaction.atomic
def reserve(checkout: uuid.UUID, wanted: Mapping[int, int]) -> None:
    """Take quantities, by the key of their product, out of the stock; raises SoldOut and takes nothing then."""
    for pk, quantity in sorted(wanted.items()):
        # One statement asks and takes: what two checkouts want at once is counted once.
        if not Product.objects.filter(pk=pk, stock__gte=quantity).update(stock=F("stock") - quantity):
            raise SoldOut(Product.objects.get(pk=pk))
        Reservation.objects.create(checkout=checkout, product_id=pk, quantity=quantity)


@transaction.atomic
def give_back(checkout: uuid.UUID) -> None:
    """Put back into the stock what a checkout holds; nothing where it holds nothing."""
    for held in Reservation.objects.select_for_update().filter(checkout=checkout).order_by("product_id"):
        Product.objects.filter(pk=held.product_id).update(stock=F("stock") + held.quantity)
        held.delete()


def sold(checkout: uuid.UUID) -> None:
    """End what a checkout holds: it is on its way to whoever ordered it."""
    Reservation.objects.filter(checkout=checkout).delete()
