"""The pages of the demo site that play a recipe by ``<wf-form>``."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from project.demo.recipes import RECIPES, Recipe

pytestmark = pytest.mark.django_db

each_recipe = pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.url_name)


def element(client: Client, address: str) -> dict[str, str]:
    """Read the attributes of the element on a page, and the link for browsers without JavaScript."""
    page = client.get(address).content.decode()
    found = re.search(r"<wf-form( [^>]*)></wf-form>\s*<noscript>.*<a href=\"(.*?)\">", page)
    assert found is not None, page
    attributes = {name: unescape(value) for name, value in re.findall(r' ([\w-]+)="([^"]*)"', found[1])}
    return attributes | {"plain": unescape(found[2])}


@each_recipe
def test_every_recipe_has_a_page_with_the_element(client: Client, recipe: Recipe) -> None:
    """Staff see those that ask for it, the front page leads to all of them."""
    url_name = recipe.url_name
    assert f'href="/element/{url_name}/"' in client.get("/").content.decode()
    if recipe.asks_sign_in:
        client.force_login(User.objects.create_superuser("staff"))
    shown = element(client, f"/element/{url_name}/")
    assert (shown["name"], shown["src"]) == (recipe.workflow.name, "/wf/")
    assert shown["plain"] == reverse(url_name)


@each_recipe
def test_every_recipe_has_smooth_pages(client: Client, recipe: Recipe) -> None:
    """The same pages, with a script that takes them over; links in mails know the plain ones alone."""
    assert f'href="/smooth/{recipe.url_name}/"' in client.get("/").content.decode()
    if recipe.asks_sign_in:
        client.force_login(User.objects.create_superuser("staff"))
    assert "<wf-form" in client.get(f"/smooth/{recipe.url_name}/").content.decode()
    assert "<wf-form" not in client.get(reverse(recipe.url_name)).content.decode()


@pytest.mark.parametrize("url_name", ["password", "invite", "onboard"])
def test_anonymous_people_sign_in_where_the_recipe_asks_for_it(client: Client, url_name: str) -> None:
    """And come back to the element, with where it leads."""
    response = client.get(f"/element/{url_name}/?next=/fields/")
    assert response.headers["Location"] == f"/login/?next=/element/{url_name}/%3Fnext%3D/fields/"


@pytest.mark.parametrize("url_name", ["login", "register", "recover"])
def test_signed_in_people_are_sent_on_where_it_is_for_visitors(client: Client, url_name: str) -> None:
    """To where they wanted to go, if that is on this site."""
    client.force_login(User.objects.create_user("alice"))
    address = f"/element/{url_name}/"
    assert client.get(address).headers["Location"] == "/"
    assert client.get(f"{address}?next=/fields/").headers["Location"] == "/fields/"
    assert client.get(f"{address}?next=https://evil.example/").headers["Location"] == "/"


def test_next_is_honoured_and_checked(client: Client) -> None:
    """A sign-in leads to the front page by itself, another recipe to its own end."""
    assert element(client, "/element/login/")["next"] == "/"
    shown = element(client, "/element/login/?next=/fields/%3Fa=1%26b=2")
    assert (shown["next"], shown["plain"]) == ("/fields/?a=1&b=2", "/login/?next=%2Ffields%2F%3Fa%3D1%26b%3D2")
    shown = element(client, "/element/login/?next=https://evil.example/")
    assert (shown["next"], shown["plain"]) == ("/", "/login/")
    assert "next" not in element(client, "/element/hello/")
    assert element(client, "/element/hello/?next=/fields/")["next"] == "/fields/"


def test_the_page_brings_the_csrf_cookie_and_the_script(client: Client) -> None:
    """Nothing else is needed."""
    page = client.get("/element/hello/")
    assert page.cookies["csrftoken"].value
    assert '<script type="module" src="/static/wfapp/wf-form.js"></script>' in page.content.decode()


def test_what_is_no_recipe_has_no_page(client: Client) -> None:
    """The address of another page of the site is none, either."""
    assert client.get("/element/outbox/").status_code == 404
    assert client.post("/element/hello/").status_code == 405
