"""Flows in the Django admin: staff list, find and read them, and end them; nobody adds, edits or deletes one."""

from __future__ import annotations

import uuid
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, ValidationError
from django.core.paginator import Paginator
from django.db import connections, models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from wfapp import rounds
from wfapp.admin.people import AT_ONCE
from wfapp.admin.undoing import UndoAdmin
from wfapp.declaration.registry import registry
from wfapp.models import OPEN, AbstractFlow, Flow, FlowEvent, OutgoingMessage, Status

__all__ = ["BoundedPaginator", "FlowAdmin", "WorkflowFilter"]

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    FlowPaginator = Paginator[AbstractFlow]
    Rows = models.QuerySet[AbstractFlow]
else:
    FlowPaginator = Paginator

Ending = Literal["cancelled", "expired"]

TIMELINE = 200
"""How many events a flow's page shows, the newest ones."""


class BoundedPaginator(FlowPaginator):
    """Count up to a bound and no further: over millions of rows a full count takes longer than the list itself."""

    bound = 10_000

    @cached_property
    def count(self) -> int:
        """Return how many rows there are, or the bound where there are more."""
        rows = self.object_list
        return rows.order_by()[: self.bound].count() if isinstance(rows, models.QuerySet) else len(rows)

    @property
    def is_cut(self) -> bool:
        """Tell whether there may be more rows than counted."""
        return self.count == self.bound


class WorkflowFilter(admin.SimpleListFilter):
    """Filter by workflow; the names come from the registry, since asking the table for them would read all of it."""

    title = _("workflow")
    parameter_name = "workflow"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the workflows whose flows stand in this table."""
        label = model_admin.model._meta.label_lower
        return [(workflow.name, workflow.name) for workflow in registry if workflow.flow_model.lower() == label]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Keep the flows of the chosen workflow."""
        name = self.value()
        return queryset.filter(workflow=name) if name else queryset


class FlowAdmin(UndoAdmin):
    """Show flows by what stands in columns: never their context, answer or tokens.

    One line for a model of your own: ``admin.site.register(InviteFlow, FlowAdmin)``. Its shadow fields join the list
    and the flow's page; those with choices and booleans become filters; text with an index is searched from its start.
    """

    change_list_template = "admin/wfapp/flow_list.html"
    change_form_template = "admin/wfapp/flow_page.html"
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each facet counts the whole table
    ordering = ("-created_at",)
    list_display = ("workflow", "step", "status", "age")
    list_filter = (WorkflowFilter, "status", "created_at")
    search_help_text = _("Finds a flow by its whole id, or by the beginning of a value.")
    actions = ("cancel_flows", "expire_flows", "undo_flows", "close_flows", "resend_links", "revoke_links")

    class Media:
        css = {"all": ["wfapp/admin.css"]}

    @admin.display(description=_("age"), ordering="-created_at")
    def age(self, flow: AbstractFlow) -> str:
        """Tell how long ago the flow started."""
        return timesince(flow.created_at, depth=1)

    @admin.action(description=_("Cancel selected flows"), permissions=["cancel"])
    def cancel_flows(self, request: HttpRequest, queryset: Rows) -> HttpResponse | None:
        """End open flows as cancelled, once confirmed."""
        return self._end(request, queryset, "cancel_flows", "cancelled")

    @admin.action(description=_("Expire selected flows"), permissions=["expire"])
    def expire_flows(self, request: HttpRequest, queryset: Rows) -> HttpResponse | None:
        """End open flows as if their time were over, once confirmed."""
        return self._end(request, queryset, "expire_flows", "expired")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: a flow starts by a round."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AbstractFlow | None = None) -> bool:
        """Refuse: a flow changes by a round."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AbstractFlow | None = None) -> bool:
        """Refuse: a flow is kept as long as its retention says."""
        return False

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        """Ask for the model's ``cancel`` permission."""
        return self._is_permitted(request, "cancel")

    def has_expire_permission(self, request: HttpRequest) -> bool:
        """Ask for the model's ``expire`` permission."""
        return self._is_permitted(request, "expire")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[AbstractFlow]:
        """Leave the sealed columns in the database."""
        return super().get_queryset(request).defer("state", "answer")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Add the shadow fields."""
        return [*super().get_list_display(request), *self._shadows]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Add the shadow fields whose values are few."""
        few = [name for name, field in self._shadows.items() if field.choices or isinstance(field, models.BooleanField)]
        return [*super().get_list_filter(request), *few]

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        """Fetch what foreign keys among the shadow fields show with the list itself."""
        return [name for name, field in self._shadows.items() if field.is_relation]

    def get_sortable_by(self, request: HttpRequest) -> list[Any]:
        """Offer the columns that an index sorts."""
        return ["workflow", "status", "age", *self._indexed]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Return ``search_fields`` where a site sets them; else the indexed texts among the shadow fields, and the id.

        An index serves a search from the beginning of a value: on PostgreSQL one that minds the case (what is typed is
        also tried in lower case), on MariaDB one that does not.
        """
        lookup = "istartswith" if connections[self.get_queryset(request).db].vendor == "mysql" else "startswith"
        texts = [f"{name}__{lookup}" for name, field in self._indexed.items() if isinstance(field, models.CharField)]
        return [*super().get_search_fields(request)] or ["id", *texts]

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find a flow by its whole id, or by the beginning of a value."""
        term = search_term.strip()
        try:
            return queryset.filter(pk=uuid.UUID(term)), False
        except ValueError:
            if self.search_fields or not term:
                return super().get_search_results(request, queryset, search_term)
        lookups = [lookup for lookup in self.get_search_fields(request) if lookup != "id"]
        matches = [models.Q((lookup, spelling)) for lookup in lookups for spelling in {term, term.lower()}]
        return (queryset.filter(models.Q(*matches, _connector=models.Q.OR)) if matches else queryset.none()), False

    def get_fieldsets(self, request: HttpRequest, obj: AbstractFlow | None = None) -> Any:
        """Name the columns that staff may read; no other one is ever shown."""
        fieldsets: list[tuple[str | _StrPromise | None, dict[str, Any]]] = [
            (None, {"fields": ["id", "workflow", "step", "status", "created_by", "updated_by"]}),
            (_("Times"), {"fields": ["created_at", "updated_at", "expires_at", "finished_at", "retain_until"]}),
        ]
        if self._shadows:
            fieldsets.insert(1, (_("Shadow fields"), {"fields": list(self._shadows)}))
        return fieldsets

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Refuse a filter by a column that is not shown: its answers would tell what stands there."""
        shown = {"id", "pk", "workflow", "step", "status", "created_at", *self._shadows}
        return lookup.partition("__")[0] in shown and super().lookup_allowed(lookup, value, request)

    def response_action(self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any) -> Any:
        """Answer 400 where a selected id is none."""
        try:
            return super().response_action(request, queryset, *args, **kwargs)
        except ValidationError as error:
            raise BadRequest("A selected flow has no valid id.") from error

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """Add the timeline, and the buttons for what this person may do to an open flow."""
        flow = context["original"]
        events = FlowEvent.objects.using(flow._state.db).filter(flow=flow.pk).select_related("actor").order_by("-id")
        context["timeline"] = list(events[:TIMELINE])[::-1]
        if self.admin_site.is_registered(OutgoingMessage) and request.user.has_perm("wfapp.view_outgoingmessage"):
            context["messages_url"] = f"{reverse('admin:wfapp_outgoingmessage_changelist')}?flow={flow.pk}"
        if flow.status in OPEN:
            buttons = [
                ("cancel_flows", _("Cancel this flow"), self.has_cancel_permission(request)),
                ("expire_flows", _("Expire this flow"), self.has_expire_permission(request)),
            ]
            context |= self.possible(request, flow)
            context["flow_buttons"] += [(action, label) for action, label, permitted in buttons if permitted]
        elif flow.status == Status.COMPENSATION_FAILED:
            context["flow_buttons"] = self.possible_undo(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def _end(self, request: HttpRequest, queryset: Rows, action: str, status: Ending) -> HttpResponse | None:
        """End the open ones of the selected flows, or ask first; then go back to where the button stood."""
        flows = list(queryset.filter(status__in=OPEN)[:AT_ONCE])
        if flows and "confirmed" not in request.POST:
            return self.ask(request, flows, action, status=Status(status).label)
        ended = 0
        for flow in flows:
            if rounds.end_by_staff(self.model, flow.pk, status=status, user=request.user):
                self.log_change(request, flow, gettext("Ended as %(status)s.") % {"status": Status(status).label})
                ended += 1
        self._report(request, ended, len(flows) - ended, status)
        return self._back_to(request.POST.get("flow_page"))

    def _report(self, request: HttpRequest, ended: int, refused: int, status: Ending) -> None:
        if not ended and not refused:
            self.message_user(request, _("None of the selected flows is open."), messages.WARNING)
        if ended:
            text = ngettext("%(count)d flow ended as %(status)s.", "%(count)d flows ended as %(status)s.", ended)
            self.message_user(request, text % {"count": ended, "status": Status(status).label}, messages.SUCCESS)
        if refused:
            text = ngettext(
                "%(count)d flow was left alone: it is at work, or has just ended by itself.",
                "%(count)d flows were left alone: they are at work, or have just ended by themselves.",
                refused,
            )
            self.message_user(request, text % {"count": refused}, messages.WARNING)

    @cached_property
    def _shadows(self) -> dict[str, models.Field[Any, Any]]:
        return {field.name: field for field, _path in self.model.shadow_fields().values()}

    @cached_property
    def _indexed(self) -> dict[str, models.Field[Any, Any]]:
        leading = {index.fields[0].removeprefix("-") for index in self.opts.indexes if index.fields}
        leading |= {name for name, field in self._shadows.items() if getattr(field, "db_index", False)}
        return {name: field for name, field in self._shadows.items() if name in leading}


admin.site.register(Flow, FlowAdmin)
