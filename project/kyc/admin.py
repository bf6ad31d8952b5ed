"""Onboardings and companies in the admin."""

from __future__ import annotations

from django.contrib import admin

from project.kyc.models import Company, KycFlow
from wfapp.admin import FlowAdmin

admin.site.register(KycFlow, FlowAdmin)
admin.site.register(Company)
