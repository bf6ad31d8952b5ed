"""A workflow that acts: it reserves, charges and ships, and an outside world that remembers what was asked of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth.models import Group

from wfapp import Context, Finish, Workflow, step

__all__ = ["Order", "Revisited", "World", "world"]

TICK = timedelta(milliseconds=1)


@dataclass
class World:
    """Hold what the outside world saw, and what it answers with: errors to raise, in order, by the name of a step."""

    calls: list[str] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    errors: dict[str, list[BaseException]] = field(default_factory=dict)
    hooks: dict[str, Callable[[Any], Any]] = field(default_factory=dict)

    def called(self, name: str, workflow: Any) -> Any:
        """Note a call; raise what is up next."""
        self.calls.append(name)
        self.keys.append(f"{name} {workflow.flow.idempotency_key}")
        # Of a name that an earlier test had, MariaDB still knows, and has other inserts wait for this one.
        Group.objects.create(name=f"{name} {uuid.uuid4()}")
        if self.errors.get(name):
            raise self.errors[name].pop(0)
        hook = self.hooks.get(name)
        return hook(workflow) if hook else None

    @property
    def written(self) -> list[str]:
        """List the calls whose writes were committed."""
        return [name.split()[0] for name in Group.objects.order_by("id").values_list("name", flat=True)]


world = World()


@contextmanager
def new_world() -> Iterator[World]:
    """Forget what was."""
    world.__init__()  # type: ignore[misc]
    yield world


class AddressForm(forms.Form):
    city = forms.CharField()


class OrderContext(Context):
    city: str = ""
    reserved: bool = False
    charged: int = 0
    shipped: bool = False


class Order(Workflow[OrderContext]):
    """Ask for an address, act, ask once more, end."""

    name = "tests/durable-order"
    exposed = True
    cancellable = True

    @step(form=AddressForm)
    def address(self, form: forms.Form) -> None:
        self.ctx.city = form.cleaned_data["city"]

    @step
    def plain(self) -> None:
        world.called("plain", self)

    @step(durable=True)
    def reserve(self) -> None:
        self.ctx.reserved = True
        world.called("reserve", self)

    @reserve.compensate
    def unreserve(self) -> None:
        self.ctx.reserved = False
        world.called("unreserve", self)

    @step(retries=2, delay=TICK)
    def charge(self) -> Any:
        self.ctx.charged += 1
        return world.called("charge", self)

    @charge.compensate(retries=1, delay=TICK)
    def refund(self) -> None:
        world.called("refund", self)

    @step
    def note(self) -> None:
        world.called("note", self)

    @step(form=forms.Form, passes=["city", "charged"], title="Really?")
    def confirm(self, form: forms.Form) -> Any:
        return world.called("confirm", self)

    @step(timeout=timedelta(seconds=5))
    def ship(self) -> Any:
        self.ctx.shipped = True
        return world.called("ship", self)

    @step
    def done(self) -> Any:
        world.called("done", self)
        return Finish(data={"charged": self.ctx.charged})


class Revisited(Order):
    """Let people come back to the address, for a while."""

    name = "tests/durable-revisited"
    address = step(revisit=True, expires=timedelta(minutes=15))
    ship = None
