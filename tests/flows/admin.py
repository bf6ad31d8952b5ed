"""One line for a model of one's own."""

from __future__ import annotations

from django.contrib import admin

from tests.flows.models import InviteFlow
from wfapp.admin import FlowAdmin

admin.site.register(InviteFlow, FlowAdmin)
