"""The addresses of the demo site."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.contrib.staticfiles.urls import staticfiles_urlpatterns
from django.urls import include, path
from django.views.generic.base import RedirectView

from project.accounts.views import AdminLogin
from project.accounts.workflows import ChangePassword, Invite, Login, Recover, Register
from project.demo.recipes import RECIPES
from project.demo.views import ElementPage, front, outbox
from project.demo.workflows import Fields, Hello
from project.kyc.workflows import Onboard
from project.shop.workflows import PlaceOrder
from wfapp.web import WorkflowView

__all__ = ["urlpatterns"]

smooth_pages = [
    path(
        f"smooth/{recipe.url_name}/",
        WorkflowView.as_view(
            workflow=recipe.workflow,
            next_page="front",
            redirect_authenticated_user=recipe.for_visitors,
            smooth=True,
        ),
        name=recipe.smooth_url_name,
    )
    for recipe in RECIPES
]

urlpatterns = [
    path("", front, name="front"),
    path("login/", WorkflowView.as_view(workflow=Login, redirect_authenticated_user=True), name="login"),
    path("register/", WorkflowView.as_view(workflow=Register, redirect_authenticated_user=True), name="register"),
    path("recover/", WorkflowView.as_view(workflow=Recover, redirect_authenticated_user=True), name="recover"),
    path("password/", WorkflowView.as_view(workflow=ChangePassword, next_page="front"), name="password"),
    path("invite/", WorkflowView.as_view(workflow=Invite), name="invite"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("hello/", WorkflowView.as_view(workflow=Hello, next_page="front"), name="hello"),
    path("fields/", WorkflowView.as_view(workflow=Fields, next_page="front"), name="fields"),
    path("onboard/", WorkflowView.as_view(workflow=Onboard), name="onboard"),
    path("checkout/", WorkflowView.as_view(workflow=PlaceOrder, next_page="front"), name="checkout"),
    path("wf/", include("wfapp.urls")),
    *smooth_pages,  # behind the plain ones: links in mails lead to the first address of a workflow
    path("element/<slug:url_name>/", ElementPage.as_view(), name="element"),
    path("outbox/", outbox, name="outbox"),
    path("admin/login/", AdminLogin.as_view()),
    path("admin/", admin.site.urls),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}demo/favicon.svg")),
    *staticfiles_urlpatterns(),  # while DEBUG: under servers that do not do it by themselves, as runserver does
]
