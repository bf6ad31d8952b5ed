"""What staff do in the admin about flows that could not be undone: try once more, or close them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from wfapp import rounds
from wfapp.admin.people import AT_ONCE, PeopleAdmin
from wfapp.models import AbstractFlow, Status

__all__ = ["UndoAdmin"]

Rows = models.QuerySet[AbstractFlow]


class UndoAdmin(PeopleAdmin):
    """Have what could not be undone undone once more, or close it; each has a permission of its own."""

    @admin.action(description=_("Undo selected flows once more"), permissions=["undo"])
    def undo_flows(self, request: HttpRequest, queryset: Rows) -> HttpResponse | None:
        """Run the undos that failed once more; of several flows, asked for in the list, once that is confirmed."""
        flows, page = _stuck(queryset), request.POST.get("flow_page")
        if flows and not page and "confirmed" not in request.POST:
            question = _("What these flows did and could not be undone will be undone once more.")
            return self.ask(request, flows, "undo_flows", question=question)
        for flow in flows:
            if rounds.retry_undo(self.model, flow.pk, user=request.user):
                self.log_change(request, flow, gettext("Undone once more."))
        rows = self.model._base_manager.using(queryset.db).filter(pk__in=[flow.pk for flow in flows])
        self._report_undone(request, list(rows.values_list("status", flat=True)))
        return self._back_to(page)

    @admin.action(description=_("Close selected flows without their undo"), permissions=["close"])
    def close_flows(self, request: HttpRequest, queryset: Rows) -> HttpResponse | None:
        """End flows of which people have seen to what could not be undone, once confirmed."""
        flows = _stuck(queryset)
        if flows and "confirmed" not in request.POST:
            question = _(
                "What these flows did and could not be undone stays as it is, unless people see to it: it will never "
                "be undone from here. What these flows know is wiped."
            )
            return self.ask(request, flows, "close_flows", question=question)
        closed = 0
        for flow in flows:
            if rounds.close_without_undo(self.model, flow.pk, user=request.user):
                self.log_change(request, flow, gettext("Closed without its undo."))
                closed += 1
        self._report_closed(request, closed, len(flows) - closed)
        return self._back_to(request.POST.get("flow_page"))

    def has_undo_permission(self, request: HttpRequest) -> bool:
        """Ask for the model's ``undo`` permission."""
        return self._is_permitted(request, "undo")

    def has_close_permission(self, request: HttpRequest) -> bool:
        """Ask for the model's ``close`` permission."""
        return self._is_permitted(request, "close")

    def possible_undo(self, request: HttpRequest) -> list[tuple[str, Any]]:
        """Give the buttons of a flow that could not be undone, for this person."""
        buttons = [
            ("undo_flows", _("Undo once more"), self.has_undo_permission(request)),
            ("close_flows", _("Close without undo"), self.has_close_permission(request)),
        ]
        return [(action, label) for action, label, permitted in buttons if permitted]

    def _report_undone(self, request: HttpRequest, statuses: list[str]) -> None:
        left, going = statuses.count(Status.COMPENSATION_FAILED), statuses.count(Status.COMPENSATING)
        if not statuses:
            self._say_nothing_left(request)
        if done := len(statuses) - left - going:
            text = ngettext("%(count)d flow was undone.", "%(count)d flows were undone.", done)
            self.message_user(request, text % {"count": done}, messages.SUCCESS)
        if going:
            text = ngettext("%(count)d flow is being undone.", "%(count)d flows are being undone.", going)
            self.message_user(request, text % {"count": going}, messages.INFO)
        if left:
            text = ngettext(
                "%(count)d flow could not be undone this time either: its timeline names the errors.",
                "%(count)d flows could not be undone this time either: their timelines name the errors.",
                left,
            )
            self.message_user(request, text % {"count": left}, messages.ERROR)

    def _report_closed(self, request: HttpRequest, closed: int, refused: int) -> None:
        if not closed and not refused:
            self._say_nothing_left(request)
        if closed:
            text = ngettext(
                "%(count)d flow was closed without its undo.", "%(count)d flows were closed without their undo.", closed
            )
            self.message_user(request, text % {"count": closed}, messages.SUCCESS)
        if refused:
            text = ngettext(
                "%(count)d flow was left alone: it is just being undone.",
                "%(count)d flows were left alone: they are just being undone.",
                refused,
            )
            self.message_user(request, text % {"count": refused}, messages.WARNING)

    def _say_nothing_left(self, request: HttpRequest) -> None:
        self.message_user(request, _("None of the selected flows has anything left to undo."), messages.WARNING)


def _stuck(queryset: Rows) -> list[AbstractFlow]:
    return list(queryset.filter(status=Status.COMPENSATION_FAILED)[:AT_ONCE])
