"""The web door: one view that draws every page of a workflow and takes every post."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render, resolve_url
from django.urls import get_script_prefix
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, requires_csrf_token
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.generic.base import View

from wfapp import rounds
from wfapp.declaration.outcomes import Message
from wfapp.declaration.workflow import Workflow
from wfapp.errors import Busy, DeclarationError, Fault, InvalidToken, LimitExceeded, Stale
from wfapp.http.caller import bind_browser, page_caller
from wfapp.http.cookies import ENDED_TOKEN_AGE, TOKEN_AGE, read_token, set_token
from wfapp.http.effects import deliver
from wfapp.http.guards import refuse_cross_site, require_csrf
from wfapp.http.redirects import safe_target
from wfapp.http.ways import Way, end_target, way_on
from wfapp.rounds.answer import Answer, Caller, Input
from wfapp.web.context import STAY, TEMPLATES, FlowView, answer_context, flow_view
from wfapp.web.ends import finish_context, set_refresh
from wfapp.web.faults import is_outdated, message_of, text_of, title_of
from wfapp.web.files import FILE, give_file, link_files
from wfapp.web.links import LINK_FIELD, take_link
from wfapp.web.messages import hand_over
from wfapp.web.posts import FLOW, REFRESH, START_KEY, asks_refresh, posted_input, posted_revision
from wfapp.web.scripts import VARY, SeeOther, is_element, leave, replace_address, wants_fragment
from wfapp.web.smooth import page_data

__all__ = ["WorkflowView"]

DECORATORS = (
    never_cache,
    requires_csrf_token,
    sensitive_post_parameters(),
    sensitive_variables(),
    login_not_required,
    # The CSRF check is this view's own: what it refuses gets the current page, where Django's answers with a bare 403.
    csrf_exempt,
)
"""What is put around a view, inside out: once, and not around its methods at every request."""


class WorkflowView(View):
    """Serve the pages of a workflow: ``path("login/", WorkflowView.as_view(workflow=Login), name="login")``.

    The URL's keyword arguments are the flow's params. The steps decide who may use it, so the view is exempt from
    ``LoginRequiredMiddleware``.
    """

    workflow: type[Workflow[Any]] = Workflow
    """The workflow that this address serves."""

    template_name: str | None = None
    """The template of every page with a form, in place of those that are looked up."""

    extra_context: Mapping[str, Any] | None = None
    """More template variables, which win; ``{"htmx": True}`` puts ``hx-*`` attributes on a whole page's form, too."""

    next_page: Any = ""
    """Where the end leads when neither the step nor ``?next=`` says so: whatever ``resolve_url`` takes."""

    redirect_field_name: str = REDIRECT_FIELD_NAME
    """The query field that says where the end leads."""

    redirect_authenticated_user: bool = False
    """Whether a signed-in user is sent on instead of being shown a first page."""

    smooth: bool = False
    """Whether ``<wf-form>`` takes the pages over, where there is JavaScript, and its rounds go without reloads."""

    http_method_names: Sequence[str] = ("get", "post", "head", "options")

    caller: Caller
    flow_key: str = ""
    """The public key of the flow that the address names, empty on a first page."""

    next_url: str = ""
    """Where the address says that the end leads: checked, or empty."""

    answer: Answer
    """The answer that is being drawn."""

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Callable[..., HttpResponseBase]:
        """Make the view; raises DeclarationError where ``workflow`` is no workflow with a name."""
        workflow = initkwargs.get("workflow", cls.workflow)
        if not (isinstance(workflow, type) and issubclass(workflow, Workflow) and workflow.name):
            raise DeclarationError(
                f"{cls.__name__}: workflow is {workflow!r}; pass a Workflow class with a name, as in workflow=Login."
            )
        view: Callable[..., HttpResponseBase] = super().as_view(**initkwargs)
        for decorate in DECORATORS:
            view = decorate(view)
        # A round is a transaction of its own, on whichever database its flow lives.
        for alias in connections:
            view = transaction.non_atomic_requests(using=alias)(view)
        return view

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer a request; every fault becomes a page that says what to do."""
        name = self.redirect_field_name
        self.caller = page_caller(request)
        self.flow_key = request.GET.get(FLOW, "")
        self.next_url = safe_target(request.GET.get(name) or request.POST.get(name, ""), request)
        try:
            if request.method == "POST":
                refuse_cross_site(request)
                require_csrf(request)
            response = super().dispatch(request, *args, **kwargs)
        except Fault as fault:
            response = self.fail(fault)
        bind_browser(response, self.caller)
        patch_vary_headers(response, VARY)
        response.headers["X-Frame-Options"] = "DENY"
        # "no-referrer" would make browsers post with "Origin: null", which Django's CSRF check refuses.
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Draw the current page of a flow, or a first page; nothing changes."""
        if LINK_FIELD in request.GET:
            return take_link(request, **{self.redirect_field_name: self.next_url})
        if self.flow_key and FILE in request.GET:
            return give_file(request, self.flow_key, self.caller, self.workflow)
        if self.flow_key:
            return self.draw(self.show())
        return self._pass_by() or self.draw(self.first_page())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Play a round and send the browser on, so that a reload repeats nothing; answer a rejected post in place."""
        if not self.flow_key and (response := self._pass_by()):
            return response
        answer = self.play() if self.flow_key else self.start()
        if answer.end is not None:
            return self.end(answer)
        if answer.rejected:
            response = self.draw(answer, status=422)
        elif answer.stayed or asks_refresh(request):
            response = self.draw(answer)
        else:
            response = SeeOther(self.describe(answer).url)
        return self.deliver(answer, response)

    def first_page(self, typed: Input | None = None) -> Answer:
        """Ask for the first page, with what was typed; no flow starts."""
        return rounds.first_page(self.workflow, caller=self.caller, params=self.kwargs, next=self.next_url, typed=typed)

    def show(self, typed: Input | None = None) -> Answer:
        """Ask for the current page of the flow that the address names, with what was typed."""
        token = read_token(self.request, self.flow_key, None)
        return rounds.show(token, caller=self.caller, workflow=self.workflow, typed=typed)

    def start(self) -> Answer:
        """Start a flow with what was posted; a refresh only draws."""
        given = posted_input(self.request)
        if given is not None and given.action == REFRESH:
            return self.first_page(given)
        return rounds.start(
            self.workflow,
            caller=self.caller,
            params=self.kwargs,
            input=given,
            start_key=self.request.POST.get(START_KEY, ""),
            next=self.next_url,
        )

    def play(self) -> Answer:
        """Answer the page of a flow with what was posted."""
        given = posted_input(self.request) or Input(json=False)
        token = read_token(self.request, self.flow_key, posted_revision(self.request))
        return rounds.play(token, caller=self.caller, input=given, workflow=self.workflow)

    def end(self, answer: Answer) -> HttpResponse:
        """Send the person where the flow leads at once, else to its finish page."""
        response = self.deliver(answer, self._leave(answer))
        if self._leads_at_once(answer):
            hand_over(self.request, answer)
        return response

    def deliver(self, answer: Answer, response: HttpResponse) -> HttpResponse:
        """Give the browser the flow's token and carry out what the steps asked for, after the commit."""
        if answer.token is not None and answer.key:
            max_age = TOKEN_AGE if answer.end is None else ENDED_TOKEN_AGE
            set_token(self.request, response, answer.key, answer.token, max_age=max_age)
        deliver(self.request, response, answer)
        return response

    def fail(self, fault: Fault) -> HttpResponse:
        """Answer a fault with the current page where there is one, else with a page that says what to do."""
        response = self._send_to_login(fault) or self._send_after(fault) or self._draw_despite(fault)
        if response is None:
            template = "wfapp/gone.html" if isinstance(fault, InvalidToken) else "wfapp/fault.html"
            context = {"flow": self.describe(None), "title": title_of(fault), "description": text_of(fault)}
            response = self.render([template], context, fault.status)
        if fault.retry_after is not None:
            response.headers["Retry-After"] = str(fault.retry_after)
        return response

    def draw(self, answer: Answer, *, status: int = 200, messages: Iterable[Message] = ()) -> HttpResponse:
        """Draw an answer: the whole page, or for htmx the form element alone."""
        self.answer = answer
        flow = self.describe(answer)
        context = answer_context(answer, messages) | {"flow": flow, "stays": STAY in self.request.GET}
        link_files(self.request, answer, flow.key)
        if answer.end is not None:
            dismissed = self.get_dismissed_url(answer)
            context |= finish_context(self._way_on(answer), flow, stays=context["stays"], dismissed=dismissed)
        form_alone = answer.page is not None and wants_fragment(self.request)
        response = self.render(["wfapp/form.html"] if form_alone else self.get_template_names(), context, status)
        set_refresh(response, context)
        if flow.key:
            replace_address(self.request, response, flow.url)
        return response

    def render(self, templates: Sequence[str], context: Mapping[str, Any], status: int) -> HttpResponse:
        """Render at once, inside this view: an error in a template must show no variables in an error report."""
        variables = {
            "base_template": "wfapp/base.html",
            "htmx": False,
            "smooth": page_data(context) if self.smooth else "",
            self.redirect_field_name: context["flow"].next,
            **context,
            **(self.extra_context or {}),
        }
        if wants_fragment(self.request):
            variables |= {"base_template": "wfapp/fragment.html", "htmx": True}
        return render(self.request, templates, variables, status=status)

    def describe(self, answer: Answer | None) -> FlowView:
        """Describe a flow to templates."""
        return flow_view(
            self.request,
            self.workflow.name,
            answer,
            key=self.flow_key,
            next_field=self.redirect_field_name,
            next_url=(answer and safe_target(answer.next, self.request)) or self.next_url,
        )

    def get_template_names(self) -> list[str]:
        """Name the templates to try for ``self.answer``, the most special first."""
        if self.answer.page is None:
            return [TEMPLATES[self.answer.status]]
        if self.template_name:
            return [self.template_name]
        # The page of an included workflow looks as it does where that workflow stands alone.
        owner, step = self.answer.page.workflow or self.workflow.name, self.answer.page.step.rpartition("/")[2]
        names = dict.fromkeys([owner, self.workflow.name])
        return [f"wfapp/{owner}/{step}.html", *(f"wfapp/{name}.html" for name in names), "wfapp/page.html"]

    def get_default_redirect_url(self) -> str:
        """Give the place of a signed-in person: ``next_page``, else ``LOGIN_REDIRECT_URL``."""
        return resolve_url(self.next_page or settings.LOGIN_REDIRECT_URL)

    def get_end_url(self, answer: Answer) -> str:
        """Say where an end leads, empty where it leads nowhere by itself."""
        default = self.get_default_redirect_url() if self.next_page or answer.signs_in else ""
        return end_target(answer, self.request, default)

    def get_dismissed_url(self, answer: Answer) -> str:
        """Say where a choice with ``dismiss=True`` leads: ``next``, else the place of a signed-in person, else home."""
        user = getattr(self.request, "user", None)
        known = self.next_page or (user is not None and user.is_authenticated)
        default = self.get_default_redirect_url() if known else get_script_prefix()
        return safe_target(answer.next, self.request) or self.next_url or default

    def _way_on(self, answer: Answer) -> Way | None:
        return way_on(answer, self.request, self.get_end_url(answer))

    def _leads_at_once(self, answer: Answer) -> str:
        way = self._way_on(answer)
        return way.target if way is not None and way.trigger == "immediate" else ""

    def _leave(self, answer: Answer) -> HttpResponse:
        target, finish_page = self._leads_at_once(answer), self.describe(answer).url
        # A sign-in changes the page around the form, too, and the CSRF token of every other form on it.
        if is_element(self.request) and not target and not answer.signs_in:
            return SeeOther(finish_page)
        return leave(self.request, target or finish_page)

    def _pass_by(self) -> HttpResponse | None:
        """Send a signed-in person on, where the site wants that; raises ImproperlyConfigured for a loop."""
        if not (self.redirect_authenticated_user and self.request.user.is_authenticated):
            return None
        here = self.request.path
        # ?next= comes from outside: one that leads back here is no mistake of the site's.
        target = self.next_url if urlsplit(self.next_url).path != here else ""
        target = target or self.get_default_redirect_url()
        if urlsplit(target).path == here:
            raise ImproperlyConfigured(
                f"{type(self).__name__}: redirect_authenticated_user sends people from {here} to {target}, which is "
                "the same page; set next_page or LOGIN_REDIRECT_URL to another one."
            )
        return leave(self.request, target)

    def _send_to_login(self, fault: Fault) -> HttpResponse | None:
        """Send an anonymous person who lacks a right at the start to ``LOGIN_URL``, unless this is it."""
        user = getattr(self.request, "user", None)
        if fault.error_code != "permission" or self.flow_key or user is None or user.is_authenticated:
            return None
        login_url = resolve_url(settings.LOGIN_URL)
        if urlsplit(login_url).path == self.request.path:
            return None
        return leave(self.request, redirect_to_login(self.request.get_full_path(), login_url).url)

    def _send_after(self, fault: Fault) -> HttpResponse | None:
        """Send on whoever posts a page from before a sign-in: it changed the CSRF token, and nothing is left to answer.

        The second click of a double click is such a post, when it comes after the answer to the first.
        """
        if not is_outdated(fault):
            return None
        if not self.flow_key:
            return self._pass_by()
        try:
            answer = self.show()
        except Fault:
            return None
        return self._leave(answer) if answer.end else None

    def _draw_despite(self, fault: Fault) -> HttpResponse | None:
        """Draw the current page with a message, and with what was typed where the post was not looked at."""
        if isinstance(fault, Stale):
            response = self.draw(fault.answer, status=fault.status, messages=[message_of(fault)])
            return self.deliver(fault.answer, response)
        if self.request.method != "POST" or not (isinstance(fault, Busy | LimitExceeded) or is_outdated(fault)):
            return None
        typed = posted_input(self.request)
        try:
            answer = self.show(typed) if self.flow_key else self.first_page(typed)
        except Fault:
            return None
        return self.draw(answer, status=fault.status, messages=[message_of(fault)])
