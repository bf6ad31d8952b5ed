"""The shop in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, Sum
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from project.shop.models import CheckoutFlow, Order, OrderLine, Product
from wfapp.admin import FlowAdmin

admin.site.register(CheckoutFlow, FlowAdmin)


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """List what there is, and what checkouts hold of it."""

    list_display = ["name", "price", "stock", "reserved"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count what is reserved along with the products."""
        products: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = products.annotate(held=Sum("reservations__quantity", default=0))
        return counted

    @admin.display(description=_("reserved"), ordering="held")
    def reserved(self, product: Any) -> int:
        """Tell how many checkouts hold that are on their way."""
        return int(product.held)


class LinesInline(admin.TabularInline):  # type: ignore[type-arg]  # generic in the stubs alone
    """Show what was ordered."""

    model = OrderLine
    extra = 0


@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """List what was ordered."""

    list_display = ["pk", "email", "total", "payment"]
    search_fields = ["email"]
    inlines = [LinesInline]
