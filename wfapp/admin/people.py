"""What staff do for people in the admin: answer a step that waits for them, and look after links."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from wfapp import rounds
from wfapp.errors import InvalidToken, NoRoute, NotAllowed, NotSendable
from wfapp.http.caller import page_caller
from wfapp.http.cookies import FLOW_FIELD, set_token
from wfapp.models import OPEN, AbstractFlow
from wfapp.storage.tokens import secret_key

if TYPE_CHECKING:
    from django.db import models

    FlowAdminBase = admin.ModelAdmin[AbstractFlow]
    Rows = models.QuerySet[AbstractFlow]
else:
    FlowAdminBase = admin.ModelAdmin

__all__ = ["AT_ONCE", "PeopleAdmin"]

AT_ONCE = 500
"""How many flows one action is done to."""

Tend = Callable[..., bool]


class PeopleAdmin(FlowAdminBase):
    """Answer steps of other people's flows, and send or revoke their links: never the address, context or token."""

    confirmation_template = "admin/wfapp/flow_confirmation.html"

    @admin.action(description=_("Send the links of selected flows again"), permissions=["resend"])
    def resend_links(self, request: HttpRequest, queryset: Rows) -> HttpResponse | None:
        """Send links once more, to the addresses that they were sent to."""
        question = _(
            "The links that these flows wait for will be sent again. The earlier ones will open nothing any more."
        )
        done = gettext("Sent the link again.")
        return self._tend(request, queryset, "resend_links", question, rounds.resend_by_staff, done, _resent)

    @admin.action(description=_("Revoke the links of selected flows"), permissions=["revoke"])
    def revoke_links(self, request: HttpRequest, queryset: Rows) -> HttpResponse | None:
        """Let links open nothing any more."""
        question = _(
            "The links of these flows will open nothing any more. Whoever waits for one can have a new one sent."
        )
        done = gettext("Revoked the link.")
        return self._tend(request, queryset, "revoke_links", question, rounds.revoke_by_staff, done, _revoked)

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Ask for the model's ``resend`` permission."""
        return self._is_permitted(request, "resend")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Ask for the model's ``revoke`` permission."""
        return self._is_permitted(request, "revoke")

    def get_urls(self) -> list[URLPattern]:
        """Add the address that opens a step to be answered."""
        view = self.admin_site.admin_view(self.answer_view)
        return [path("<path:object_id>/answer/", view, name=self._url_name("answer")), *super().get_urls()]

    def answer_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give this person a token of their own for the step that a flow waits at, and lead them to its page."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        flow = self.get_object(request, object_id)
        if flow is None or not self.has_view_permission(request, flow):
            raise PermissionDenied
        try:
            token, where = rounds.staff_page(self.model, flow.pk, caller=page_caller(request))
        except NotAllowed as error:
            raise PermissionDenied from error
        except InvalidToken:
            return self._say(request, flow, _("This flow waits for nobody's answer any more."))
        except NoRoute:
            return self._say(request, flow, _("This workflow has no pages on this site."))
        self.log_change(request, flow, gettext("Opened %(step)s to be answered.") % {"step": flow.step})
        key = secret_key(token)
        response = HttpResponseRedirect(f"{where}?{urlencode({FLOW_FIELD: key})}", status=303)
        set_token(request, response, key, token)
        return response

    def possible(self, request: HttpRequest, flow: AbstractFlow) -> dict[str, Any]:
        """Give the buttons that would do something, for this person."""
        care = rounds.care_of(self.model, flow.pk, caller=page_caller(request))
        buttons = [
            ("resend_links", _("Send the link again"), care.resends and self.has_resend_permission(request)),
            ("revoke_links", _("Revoke the link"), care.revokes and self.has_revoke_permission(request)),
        ]
        url = reverse(f"admin:{self._url_name('answer')}", args=[flow.pk], current_app=self.admin_site.name)
        return {
            "flow_buttons": [(action, label) for action, label, sensible in buttons if sensible],
            "answer_url": url if care.answers else "",
        }

    def _tend(
        self,
        request: HttpRequest,
        queryset: Rows,
        action: str,
        question: Any,
        tend: Tend,
        done: str,
        report: Callable[[int], str],
    ) -> HttpResponse | None:
        """Do something to the links of flows; of several, asked for in the list, once that is confirmed."""
        flows = list(queryset.filter(status__in=OPEN)[:AT_ONCE])
        page = request.POST.get("flow_page")
        if flows and not page and "confirmed" not in request.POST:
            return self.ask(request, flows, action, question=question)
        count = sum(self._tended(request, flow, tend, done) for flow in flows)
        if count:
            self.message_user(request, report(count), messages.SUCCESS)
        if count < len(flows) or not flows:
            self.message_user(
                request, _("Flows that wait for no link, or are at work, were left alone."), messages.WARNING
            )
        return self._back_to(page)

    def _tended(self, request: HttpRequest, flow: AbstractFlow, tend: Tend, done: str) -> bool:
        try:
            if not tend(self.model, flow.pk, user=request.user):
                return False
        except (NotSendable, NoRoute):
            self.message_user(
                request,
                _("The link of %(flow)s cannot be sent: tell the developers of this site.") % {"flow": flow},
                messages.ERROR,
            )
            return False
        self.log_change(request, flow, done)
        return True

    def ask(self, request: HttpRequest, flows: list[AbstractFlow], action: str, **texts: Any) -> HttpResponse:
        """Ask whether an action is meant."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Are you sure?"),
            "opts": self.opts,
            "media": self.media,
            "flows": flows,
            "action": action,
            "flow_page": request.POST.get("flow_page"),
            **texts,
        }
        return TemplateResponse(request, self.confirmation_template, context)

    def _say(self, request: HttpRequest, flow: AbstractFlow, text: Any) -> HttpResponse:
        self.message_user(request, text, messages.WARNING)
        return HttpResponseRedirect(self._page_of(str(flow.pk)))

    def _back_to(self, page: str | None) -> HttpResponse | None:
        """Lead back to where the button stood: a flow's page, or, with nothing, the list."""
        return HttpResponseRedirect(self._page_of(page)) if page else None

    def _page_of(self, pk: str) -> str:
        return reverse(f"admin:{self._url_name('change')}", args=[pk], current_app=self.admin_site.name)

    def _url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"

    def _is_permitted(self, request: HttpRequest, action: str) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{action}_{self.opts.model_name}")


def _resent(count: int) -> str:
    text = ngettext(
        "The link of %(count)d flow was sent again.", "The links of %(count)d flows were sent again.", count
    )
    return text % {"count": count}


def _revoked(count: int) -> str:
    text = ngettext("The link of %(count)d flow was revoked.", "The links of %(count)d flows were revoked.", count)
    return text % {"count": count}
