"""The shop in the admin."""

from __future__ import annotations

from django.contrib import admin

from project.shop.models import CheckoutFlow, Order, Product
from wfapp.admin import FlowAdmin

admin.site.register(CheckoutFlow, FlowAdmin)
admin.site.register((Order, Product))
