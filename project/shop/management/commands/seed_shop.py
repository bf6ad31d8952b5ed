"""Fill the shop of the demo site."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand

from project.shop.models import Product

__all__ = ["PRODUCTS", "Command"]

PRODUCTS = {
    "Lantern": ("24.90", 400),
    "Harbour map": ("12.00", 250),
    "Rope, 5 m": ("7.45", 120),
    "Catalogue": ("0.00", 1000),
    "Ship in a bottle": ("89.00", 3),
}
"""Names, prices, and how many there are."""


class Command(BaseCommand):
    """Make what is missing and leave alone what is there."""

    help = "Makes the products of the demo shop. One that exists is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make each product."""
        for name, (price, stock) in PRODUCTS.items():
            Product.objects.get_or_create(name=name, defaults={"price": Decimal(price), "stock": stock})
