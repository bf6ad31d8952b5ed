"""The endpoint: one POST, one round."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import DataError, connections, transaction
from django.http import HttpResponseBase
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, NotAuthenticated
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from wfapp.http.guards import refuse_cross_site, shows_origin
from wfapp.rest.faults import refusal_response
from wfapp.rest.play import give_file, play

__all__ = ["FlowViewSet", "SameSiteSession"]


class SameSiteSession(SessionAuthentication):
    """Take the session's user; only a client that shows no origin must bring Django's CSRF token.

    A browser's headers told that a page of this site posts. A client without them is no browser, or one so old that it
    cannot post JSON to another site unasked: there the token is a second lock.
    """

    def enforce_csrf(self, request: Request) -> None:
        """Run REST framework's check for a request without ``Origin`` and ``Sec-Fetch-Site``."""
        if not shows_origin(request._request):
            super().enforce_csrf(request)


class FlowViewSet(ViewSet):
    """Start a workflow, go on with a flow, or show its page, as the request's body asks.

    Users are found and requests throttled as REST framework is set up to; permissions are those of the steps.
    """

    http_method_names = ["post"]
    permission_classes = ()
    versioning_class = None
    metadata_class = None
    schema = None

    @classmethod
    def as_view(cls, actions: Any = None, **initkwargs: Any) -> Any:
        """Make the view; a round is a transaction of its own, on whichever database its flow lives."""
        view = sensitive_post_parameters()(super().as_view(actions, **initkwargs))
        for alias in connections:
            view = transaction.non_atomic_requests(using=alias)(view)
        return view

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Keep every answer out of every cache."""
        return {"Allow": "POST", "Cache-Control": "no-store"}

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Give the site's authenticators, with one check of a browser's origin instead of two."""
        return [
            SameSiteSession() if authenticator is SessionAuthentication else authenticator()
            for authenticator in self.authentication_classes
        ]

    def perform_content_negotiation(self, request: Request, force: bool = False) -> tuple[BaseRenderer, str]:
        """Answer JSON, whatever the client accepts: a fault must reach it as well."""
        return JSONRenderer(), JSONRenderer.media_type

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse other methods and other sites before anything is looked up."""
        if request.method != "POST":
            raise MethodNotAllowed(str(request.method))
        refuse_cross_site(request._request)
        super().initial(request, *args, **kwargs)

    def perform_authentication(self, request: Request) -> None:
        """Find the user."""
        try:
            super().perform_authentication(request)
        except DataError:
            # PostgreSQL refuses a NUL in a user name, a session key or a token.
            raise AuthenticationFailed from None

    @sensitive_variables()
    def create(self, request: Request) -> HttpResponseBase:
        """Play one round and carry out its answer."""
        return play(request._request)

    @sensitive_variables()
    def file(self, request: Request, upload: uuid.UUID) -> HttpResponseBase:
        """Give a file of a flow to whoever has its token."""
        return give_file(request._request, upload)

    def handle_exception(self, exc: Exception) -> HttpResponseBase:  # type: ignore[override] # any response is taken
        """Answer a refusal in JSON; raise what is none."""
        response = refusal_response(exc)
        if response is None:
            raise exc
        if isinstance(exc, AuthenticationFailed | NotAuthenticated):
            # A 401 names the scheme to use; where there is none to name, it is a 403.
            if scheme := self.get_authenticate_header(self.request):
                response.headers["WWW-Authenticate"] = scheme
            else:
                response.status_code = 403
        return response
