"""The front page and the outbox."""

from __future__ import annotations

from dataclasses import asdict

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from project.accounts.demo import ACCOUNTS
from project.demo.outbox import read_letters
from project.demo.recipes import RECIPES

__all__ = ["front", "outbox"]


@require_safe
@never_cache
def front(request: HttpRequest) -> HttpResponse:
    """Offer every recipe, as pages and as JSON."""
    context = {
        "recipes": RECIPES,
        "accounts": ACCOUNTS if settings.DEBUG else (),
        "endpoint": request.build_absolute_uri(reverse("wfapp:endpoint")),
    }
    return render(request, "demo/front.html", context)


@require_safe
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """Show the mail that was sent, as a page or with ``format=json`` as a list, the newest last; only while DEBUG."""
    if not settings.DEBUG:
        raise Http404("There is no outbox without DEBUG.")
    to = request.GET.get("to", "").strip()
    letters = read_letters(settings.MAIL_DIR, to)
    if request.GET.get("format") == "json":
        return JsonResponse([asdict(letter) for letter in letters], safe=False)
    return render(request, "demo/outbox.html", {"letters": letters[::-1], "to": to})
