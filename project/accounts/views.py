"""The door of the admin."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.views import RedirectURLMixin, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.views.generic.base import View

__all__ = ["AdminLogin"]


class AdminLogin(RedirectURLMixin, View):
    """Stand in for the admin's own login page, which takes a password and asks for no code."""

    next_page = "admin:index"
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponseRedirect:
        """Send whoever is not signed in to the site's sign-in, and staff on to where they wanted to go."""
        if not request.user.is_authenticated:
            return redirect_to_login(self.get_success_url())
        # The sign-in would send a signed-in visitor straight back here, for ever.
        if not admin.site.has_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(self.get_success_url())
