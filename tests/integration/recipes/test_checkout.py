"""The checkout, by one script through every door."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.management import call_command

from project.shop.models import CheckoutFlow, Order, Product
from tests.payments import DECLINED, Payments
from wfapp.testing import Walk, assert_no_leak

pytestmark = pytest.mark.django_db(transaction=True)

DOORS = ("html", "json", "python")
GOOD = "4242 4242 4242 4242"
ADDRESS = {"email": "ada@example.com", "street": "Elm Street 1", "city": "Linz"}


@pytest.fixture(autouse=True)
def products(payments: Payments) -> dict[str, int]:
    """Fill the shop."""
    call_command("seed_shop")
    return dict(Product.objects.values_list("name", "pk"))


@pytest.fixture(params=DOORS)
def walk(request: pytest.FixtureRequest) -> Walk:
    """Stand before the first page, at each of the doors."""
    return Walk("checkout/place-order", via=request.param)


def fill(walk: Walk, products: dict[str, int], *names: str) -> Walk:
    """Put one of each into the cart."""
    for name in names:
        walk.submit(product=products[name], quantity=2, more=name != names[-1])
    return walk


def test_an_order(walk: Walk, products: dict[str, int]) -> None:
    """Two lines, an address, a card, the last look, the order and its receipt."""
    fill(walk, products, "Lantern", "Harbour map")
    assert (walk.step, walk.title) == ("address", "Total: €73.80")
    walk.submit(ADDRESS).submit(number=GOOD)
    assert walk.step == "confirm"
    walk.submit(accept=True)
    assert walk.status == "finished"
    order = Order.objects.get()
    assert (order.total, order.email, order.lines.count()) == (Decimal("73.80"), "ada@example.com", 2)
    assert walk.data == {"order": order.pk, "total": "73.80"}
    assert walk.outbox.last.subject == f"Your order {order.pk}"
    assert "2 × Lantern: €49.80" in walk.outbox.last.text
    # The last page says the lines in words again, and the end tells the total.
    assert_no_leak(walk, allow=["lines", "total"])


def test_nothing_to_pay(walk: Walk, products: dict[str, int]) -> None:
    """A gift needs no card."""
    fill(walk, products, "Catalogue").submit(ADDRESS)
    assert (walk.step, walk.title) == ("confirm", "Total: €0.00")
    assert walk.submit(accept=True).status == "finished"
    assert Order.objects.get().payment == ""


def test_a_draft(walk: Walk, products: dict[str, int]) -> None:
    """What is there is saved, what is missing is no error, and the page has it when it is opened again."""
    fill(walk, products, "Lantern").action("save_draft", street="Elm Street 1")
    assert (walk.step, walk.errors) == ("address", {})
    assert list(walk.messages) == ["Saved. You can close this page and come back."]
    assert walk.look().shown.initial["street"] == "Elm Street 1"
    walk.reject_action("save_draft", email="nobody")
    assert list(walk.errors) == ["email"]


def test_a_declined_card(walk: Walk, products: dict[str, int]) -> None:
    """It is asked for again when the order is placed; another one pays."""
    fill(walk, products, "Lantern").submit(ADDRESS).submit(number=DECLINED).reject(accept=True)
    assert (walk.step, walk.errors) == (
        "payment",
        {"__form": "The bank declined this card. Please take another one."},
    )
    assert not Order.objects.exists()
    assert walk.submit(number=GOOD).submit(accept=True).status == "finished"
    assert Order.objects.get().payment.startswith("pay_")


@pytest.mark.parametrize("number", ["4242 4242 4242 4241", "1", "abcd efgh ijkl", "٤" * 16])
def test_what_is_no_card(number: str, products: dict[str, int]) -> None:
    """The digits are summed up before a bank is asked."""
    walk = fill(Walk("checkout/place-order"), products, "Lantern").submit(ADDRESS)
    assert list(walk.reject(number=number).errors) == ["number"]


def test_back_takes_a_line_out_again(walk: Walk, products: dict[str, int]) -> None:
    """The cart is what it was there, and the line stands in the form."""
    fill(walk, products, "Lantern", "Harbour map").back()
    assert (walk.step, walk.title) == ("item", "Total: €49.80")
    assert walk.shown.initial["product"] == str(products["Harbour map"])
    walk.submit(product=products["Rope, 5 m"], quantity=1, more=False)
    assert walk.title == "Total: €57.25"


def test_a_line_is_removed_and_that_is_all(walk: Walk, products: dict[str, int]) -> None:
    """The last line goes, the one before stays, and nothing else has to be chosen."""
    for name in ("Lantern", "Harbour map"):
        walk.submit(product=products[name], quantity=1, more=True)
    walk.action("remove")
    assert (walk.step, walk.title) == ("item", "Total: €24.90")
    walk.action("that_is_all")
    assert (walk.step, walk.title) == ("address", "Total: €24.90")


def test_an_empty_cart_is_not_ordered(walk: Walk, products: dict[str, int]) -> None:
    """There is nothing to remove, and that is not all."""
    walk.submit(product=products["Lantern"], quantity=1, more=True).action("remove")
    assert walk.title == "What would you like?"
    assert "that_is_all" not in walk.actions
    walk.reject_action("that_is_all")
    assert walk.step == "item"


def test_the_address_is_changed_at_the_end(walk: Walk, products: dict[str, int]) -> None:
    """The change comes straight back, and the card is not asked for again."""
    fill(walk, products, "Catalogue").submit(ADDRESS).action("wf.change.address")
    assert walk.shown.initial["city"] == "Linz"
    walk.submit({**ADDRESS, "city": "Graz"})
    assert walk.step == "confirm"
    walk.submit(accept=True)
    assert Order.objects.get().city == "Graz"


def test_staff_find_the_cart_by_its_total(products: dict[str, int]) -> None:
    """The total is a column; the card is nowhere."""
    walk = fill(Walk("checkout/place-order"), products, "Lantern").submit(ADDRESS).submit(number=GOOD)
    row = CheckoutFlow.objects.get(total=Decimal("49.80"))
    assert (row.step, row.status) == ("confirm", "paused")
    assert "4242" not in walk.shown.text


def test_cancelled(walk: Walk, products: dict[str, int]) -> None:
    """The cart is gone, nothing was ordered."""
    fill(walk, products, "Lantern").cancel()
    assert (walk.status, CheckoutFlow.objects.get().status) == ("aborted", "cancelled")
