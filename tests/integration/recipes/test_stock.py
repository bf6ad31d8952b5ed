"""What the checkout holds and charges, and that it gives back what comes to no order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command

from project.shop.models import CheckoutFlow, Order, OrderLine, Product, Reservation
from tests.payments import DECLINED, FAILING, GOOD, SLOW, Payments
from wfapp.models import FlowEvent
from wfapp.storage.columns import open_state
from wfapp.testing import Walk

pytestmark = pytest.mark.django_db(transaction=True)

NO_TIME = timedelta()
ADDRESS = {"email": "ada@example.com", "street": "Elm Street 1", "city": "Linz"}


@pytest.fixture(autouse=True)
def ship(payments: Payments) -> Product:
    """Fill the shop; of one product there are three."""
    call_command("seed_shop", verbosity=0)
    return Product.objects.get(name="Ship in a bottle")


def cart(ship: Product, quantity: int = 2, via: Any = "python") -> Walk:
    """Put something into the cart, which is all."""
    return Walk("checkout/place-order", via=via).submit(product=ship.pk, quantity=quantity, more=False)


def last_look(ship: Product, number: str = GOOD) -> Walk:
    """Go as far as the page before the charge."""
    return cart(ship).submit(ADDRESS).submit(number=number)


def left(ship: Product) -> tuple[int, int]:
    """Tell how many can be ordered, and how many are held."""
    ship.refresh_from_db()
    return ship.stock, sum(Reservation.objects.values_list("quantity", flat=True))


def flow() -> CheckoutFlow:
    """Give the only flow."""
    return CheckoutFlow.objects.get()


def happened(*kinds: str) -> list[str]:
    """List what happened of some kinds."""
    return [f"{event.kind} {event.step}" for event in FlowEvent.objects.filter(kind__in=kinds).order_by("id")]


def test_the_cart_is_held_from_then_on(via: Any, ship: Product) -> None:
    """Until it is sold."""
    walk = cart(ship, via=via)
    assert (walk.step, left(ship)) == ("address", (1, 2))
    walk.submit(ADDRESS).submit(number=GOOD).submit(accept=True)
    assert (walk.status, left(ship)) == ("finished", (1, 0))


def test_what_is_sold_out_is_asked_for_again(via: Any, ship: Product) -> None:
    """With how many there are; nothing is held meanwhile, and less is taken."""
    lantern = Product.objects.get(name="Lantern")
    walk = Walk("checkout/place-order", via=via).submit(product=lantern.pk, quantity=1, more=True)
    walk.reject(product=ship.pk, quantity=4)
    assert (walk.step, walk.errors) == ("item", {"__form": "Of Ship in a bottle there are only 3 left."})
    assert Reservation.objects.count() == 0
    assert walk.submit(product=ship.pk, quantity=3, more=False).step == "address"
    assert left(ship) == (0, 4)


def test_lines_of_one_product_are_counted_together(ship: Product) -> None:
    """Two and two are more than three."""
    walk = Walk("checkout/place-order").submit(product=ship.pk, quantity=2, more=True)
    assert walk.reject(product=ship.pk, quantity=2).step == "item"


def test_on_the_way_back_it_is_given_back(via: Any, ship: Product) -> None:
    """And held anew with what the cart is then."""
    walk = cart(ship, via=via).back()
    assert (walk.step, left(ship)) == ("item", (3, 0))
    walk.submit(product=ship.pk, quantity=3, more=False)
    assert (walk.step, left(ship)) == ("address", (0, 3))


def test_a_cancelled_order_gives_it_back(via: Any, ship: Product) -> None:
    """At once."""
    assert cart(ship, via=via).cancel().status == "aborted"
    assert left(ship) == (3, 0)


def test_an_abandoned_order_gives_it_back(ship: Product, wait: Callable[..., None]) -> None:
    """A quarter of an hour after the last page, as soon as the sweeper comes."""
    cart(ship)
    wait(minutes=14)
    call_command("wf_sweep", only=["run"], verbosity=0)
    assert left(ship) == (1, 2)
    wait(minutes=1)
    call_command("wf_sweep", only=["run"], verbosity=0)
    assert (flow().status, left(ship)) == ("expired", (3, 0))
    assert happened("compensated") == ["compensated reserve"]


def test_one_charge_under_one_key(ship: Product, payments: Payments) -> None:
    """The payment server has it, with the last digits of the card alone."""
    last_look(ship).submit(accept=True)
    charge = payments.charges(flow().pk)[0]
    assert charge["key"]
    assert charge == {
        "id": Order.objects.get().payment,
        "key": charge["key"],
        "amount": "178.00",
        "card": "4242",
        "reference": str(flow().pk),
        "refund": None,
        "requests": 1,
    }


def test_the_number_of_the_card_is_kept_nowhere(ship: Product, payments: Payments) -> None:
    """Not in the flow while it waits, not by the payment server."""
    last_look(ship)
    row = flow()
    state = open_state(CheckoutFlow, row.pk, bytes(row.state), bytes(row.answer))
    assert b'"tok_' in bytes(state.context)
    assert GOOD.encode() not in bytes(state.context)
    assert GOOD not in str(state.answers) + str(state.drafts) + str(state.history)
    assert GOOD.encode() not in payments.ledger.read_bytes()


def test_a_declined_card_keeps_the_stock(ship: Product, payments: Payments) -> None:
    """Another card has a charge, and a key, of its own."""
    walk = last_look(ship, DECLINED).reject(accept=True)
    assert (walk.step, left(ship), payments.charges(flow().pk)) == ("payment", (1, 2), [])
    assert walk.submit(number=GOOD).submit(accept=True).status == "finished"
    assert [charge["card"] for charge in payments.charges(flow().pk)] == ["4242"]


@pytest.mark.parametrize("number", [FAILING, SLOW])
def test_the_bank_is_asked_again(number: str, ship: Product, payments: Payments) -> None:
    """Whether it did nothing, or what it did was lost on the way: it is charged once."""
    assert last_look(ship, number).submit(accept=True).status == "finished"
    assert [charge["requests"] for charge in payments.charges(flow().pk)] == [2]
    assert happened("retried") == ["retried charge"]


def test_an_order_that_cannot_be_packed_is_undone(
    ship: Product, payments: Payments, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The money goes back, then the stock."""

    def broken(*_lines: object) -> None:
        raise OSError("no boxes")

    monkeypatch.setattr(OrderLine.objects, "bulk_create", broken)
    monkeypatch.setattr("wfapp.rounds.running.delay_after", lambda *_args: NO_TIME)
    walk = last_look(ship).submit(accept=True)
    assert (walk.status, flow().status) == ("aborted", "failed")
    assert (left(ship), Order.objects.count()) == ((3, 0), 0)
    assert [bool(charge["refund"]) for charge in payments.charges(flow().pk)] == [True]
    assert happened("compensated") == ["compensated charge", "compensated reserve"]


def test_a_bank_that_is_away(ship: Product, settings: Any) -> None:
    """The card is asked for again, and what is held stays."""
    walk = cart(ship).submit(ADDRESS)
    settings.PAYMENT_URL = "http://127.0.0.1:1"
    assert walk.reject(number=GOOD).errors == {"__form": "The bank cannot be reached. Please try again in a moment."}
    assert left(ship) == (1, 2)
