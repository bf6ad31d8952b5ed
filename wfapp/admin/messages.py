"""The outbox in the Django admin: staff see what left and what did not, and never to whom or what it says."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, ValidationError
from django.db import models, router
from django.http import HttpRequest
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from wfapp.admin.flows import BoundedPaginator
from wfapp.links import outbox
from wfapp.links.channels import channel_paths
from wfapp.models import OutgoingMessage, SendStatus

__all__ = ["ChannelFilter", "OutgoingMessageAdmin"]

if TYPE_CHECKING:
    MessageAdminBase = admin.ModelAdmin[OutgoingMessage]
else:
    MessageAdminBase = admin.ModelAdmin

AT_ONCE = 500
"""How many messages one action takes."""


class ChannelFilter(admin.SimpleListFilter):
    """Filter by channel; the names come from the settings, since asking the table for them would read all of it."""

    title = _("channel")
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the channels of the site."""
        return [(name, name) for name in sorted(channel_paths())]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Keep the messages of the chosen channel."""
        name = self.value()
        return queryset.filter(channel=name) if name else queryset


@admin.register(OutgoingMessage)
class OutgoingMessageAdmin(MessageAdminBase):
    """List messages by what stands in columns; nobody adds, edits or deletes one."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each facet counts the whole table
    ordering = ("-created_at", "-id")
    list_display = ("purpose", "status", "tries", "due", "error", "channel", "workflow", "age", "flow")
    list_filter = ("status", ChannelFilter, "created_at")
    search_fields = ("flow",)
    search_help_text = _("Finds messages by a whole id: their own, or that of their flow.")
    sortable_by = ("status", "age")
    actions = ("try_again", "drop")
    fields = (
        *("id", "purpose", "channel", "workflow", "flow", "status", "tries", "error"),
        *("created_at", "due_at", "expires_at", "sent_at"),
    )

    class Media:
        css = {"all": ["wfapp/admin.css"]}

    @admin.display(description=_("age"), ordering="-created_at")
    def age(self, message: OutgoingMessage) -> str:
        """Tell how long ago it was queued."""
        return timesince(message.created_at, depth=1)

    @admin.display(description=_("next try in"))
    def due(self, message: OutgoingMessage) -> str:
        """Tell when it is tried next."""
        return timeuntil(message.due_at, depth=1) if message.status == SendStatus.QUEUED else ""

    @admin.action(description=_("Try selected messages again"), permissions=["retry"])
    def try_again(self, request: HttpRequest, queryset: models.QuerySet[OutgoingMessage]) -> None:
        """Send what could not be sent once more, to the address that is stored."""
        done = self._each(request, queryset, outbox.retry, gettext("Tried again."))
        text = ngettext("%(count)d message is tried again.", "%(count)d messages are tried again.", done)
        refused = _("None of the selected messages can be tried again: only those can that failed and are still kept.")
        self._report(request, done, text, refused)

    @admin.action(description=_("Drop selected messages"), permissions=["drop"])
    def drop(self, request: HttpRequest, queryset: models.QuerySet[OutgoingMessage]) -> None:
        """Wipe what has not been sent."""
        done = self._each(request, queryset, outbox.drop, gettext("Dropped."))
        text = ngettext("%(count)d message was dropped.", "%(count)d messages were dropped.", done)
        self._report(request, done, text, _("None of the selected messages waits to be sent."))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a round queues a message."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutgoingMessage | None = None) -> bool:
        """Refuse: what a message says is the step's."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutgoingMessage | None = None) -> bool:
        """Refuse: a message is kept as long as its retention says."""
        return False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Ask for the model's ``retry`` permission."""
        return request.user.has_perm("wfapp.retry_outgoingmessage")

    def has_drop_permission(self, request: HttpRequest) -> bool:
        """Ask for the model's ``drop`` permission."""
        return request.user.has_perm("wfapp.drop_outgoingmessage")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[OutgoingMessage]:
        """Leave the sealed column in the database."""
        return super().get_queryset(request).defer("body")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find by a whole id, which an index serves."""
        term = search_term.strip()
        try:
            found = uuid.UUID(term)
        except ValueError:
            return (queryset.none() if term else queryset), False
        return queryset.filter(models.Q(flow=found) | models.Q(pk=found)), False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Refuse a filter by a column that is not shown: its answers would tell what stands there."""
        shown = {"id", "pk", "flow", "workflow", "channel", "purpose", "status", "created_at"}
        return lookup.partition("__")[0] in shown and super().lookup_allowed(lookup, value, request)

    def response_action(self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer 400 where a selected id is none."""
        try:
            return super().response_action(request, queryset, *args, **kwargs)
        except ValidationError as error:
            raise BadRequest("A selected message has no valid id.") from error

    def _each(
        self,
        request: HttpRequest,
        queryset: models.QuerySet[OutgoingMessage],
        act: Callable[[str, uuid.UUID], bool],
        change: str,
    ) -> int:
        done = [message for message in queryset[:AT_ONCE] if act(router.db_for_write(OutgoingMessage), message.pk)]
        for message in done:
            self.log_change(request, message, change)
        return len(done)

    def _report(self, request: HttpRequest, done: int, text: str, refused: Any) -> None:
        if done:
            self.message_user(request, text % {"count": done}, messages.SUCCESS)
        else:
            self.message_user(request, refused, messages.WARNING)
