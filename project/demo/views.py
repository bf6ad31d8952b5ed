"""The front page, the page that plays a recipe by ``<wf-form>``, and the outbox."""

from __future__ import annotations

from dataclasses import asdict

from django.conf import settings
from django.contrib.auth.views import RedirectURLMixin, redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic.base import View

from project.accounts.demo import ACCOUNTS
from project.demo.outbox import read_letters
from project.demo.recipes import RECIPES

__all__ = ["ElementPage", "front", "outbox"]


@require_safe
@never_cache
def front(request: HttpRequest) -> HttpResponse:
    """Offer every recipe, as pages, by ``<wf-form>`` and as JSON."""
    context = {
        "recipes": RECIPES,
        "accounts": ACCOUNTS if settings.DEBUG else (),
        "endpoint": request.build_absolute_uri(reverse("wfapp:endpoint")),
    }
    return render(request, "demo/front.html", context)


@method_decorator(never_cache, name="dispatch")
class ElementPage(RedirectURLMixin, View):
    """Play a recipe by ``<wf-form>``, and lead to its pages where there is no JavaScript."""

    next_page = "front"
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, url_name: str) -> HttpResponse:
        """Draw the page; send people away whom the recipe's own pages would not show anything, either."""
        recipe = next((recipe for recipe in RECIPES if recipe.url_name == url_name), None)
        if recipe is None:
            raise Http404(f"{url_name!r} is no recipe.")
        if recipe.for_visitors and request.user.is_authenticated:
            return HttpResponseRedirect(self.get_success_url())
        if recipe.asks_sign_in and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        asked = self.get_redirect_url()
        # Whoever has signed in wants the header of the site to say so: another page does.
        end = self.get_success_url() if recipe.for_visitors else asked
        return render(request, "demo/element.html", {"recipe": recipe, "next": asked, "end": end})


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
