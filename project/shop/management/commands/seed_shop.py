"""Fill the shop of the demo site."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand

from project.shop.models import Product

__all__ = ["PRODUCTS", "Command"]

PRODUCTS = {"Lantern": "24.90", "Harbour map": "12.00", "Rope, 5 m": "7.45", "Catalogue": "0.00"}
"""Names and prices."""


class Command(BaseCommand):
    """Make what is missing and leave alone what is there."""

    help = "Makes the products of the demo shop. One that exists is left as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        """Make each product."""
        for name, price in PRODUCTS.items():
            Product.objects.get_or_create(name=name, defaults={"price": Decimal(price)})
