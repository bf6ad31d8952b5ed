"""Sign-ins, invitations and second factors in the admin."""

from __future__ import annotations

from django.contrib import admin

from project.accounts.models import InviteFlow, LoginFlow, SecondFactor
from wfapp.admin import FlowAdmin

admin.site.register([InviteFlow, LoginFlow], FlowAdmin)
admin.site.register(SecondFactor)
