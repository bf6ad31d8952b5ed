"""Over real sockets: a connection that is cut in the middle of a round, and the step ran once."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from project.shop.models import Order, Product
from tests.integration.client.cutting import Cut, CuttingProxy, cutting_proxy
from wfapp.client import AsyncWorkflowClient, BadAnswer, Unreachable, WorkflowClient, asking
from wfapp.models import Flow, FlowEvent, OutgoingMessage

CUTS: list[Cut] = ["request", "answer", "half"]
BOB = {"username": "bob", "password": "harbour-violin-38"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not let the test wait as long as a person's network may need."""
    monkeypatch.setattr(asking, "BACKOFF", 0.01)


@pytest.fixture
def proxy(live_server: Any) -> Iterator[CuttingProxy]:
    """Stand between the client and the site."""
    with cutting_proxy(live_server.thread.host, live_server.thread.port) as proxy:
        yield proxy


@pytest.fixture
def order(proxy: CuttingProxy) -> Iterator[WorkflowClient]:
    """Stand before the last page of an order."""
    with WorkflowClient(f"{proxy.url}/wf/", "checkout/place-order") as client:
        client.start().submit(product=Product.objects.get(name="Catalogue").pk, quantity=1, more=False)
        client.submit(email="ada@example.com", street="Elm Street 1", city="Linz")
        assert client.view["step"] == "confirm"
        yield client


@pytest.mark.parametrize("cut", CUTS)
def test_an_order_is_placed_once(proxy: CuttingProxy, order: WorkflowClient, cut: Cut) -> None:
    """The very same request goes out again; what it asked for happened once."""
    proxy.cuts = [cut, cut]
    assert order.submit(accept=True).finished
    assert (Order.objects.count(), OutgoingMessage.objects.count(), proxy.cuts) == (1, 1, [])
    assert order.data["order"] == Order.objects.get().pk
    assert FlowEvent.objects.filter(kind="finished").count() == 1
    assert len(set(proxy.requests[-3:])) == 1


@pytest.mark.parametrize("cut", CUTS)
def test_a_flow_starts_once(proxy: CuttingProxy, cut: Cut) -> None:
    """By its key."""
    proxy.cuts = [cut]
    with WorkflowClient(f"{proxy.url}/wf/", "demo/hello") as client:
        assert client.start(name="Ada").view["title"] == "Hello Ada!"
    assert (Flow.objects.filter(workflow="demo/hello").count(), len(proxy.requests)) == (1, 2)
    assert FlowEvent.objects.filter(kind="submitted").count() == 1


def test_a_start_without_a_record_sends_one_code(proxy: CuttingProxy) -> None:
    """A start that nothing guards has no answer in it; the answer has a token, and is given once."""
    proxy.cuts = [None, "answer", None, "answer", "half"]
    with WorkflowClient(f"{proxy.url}/wf/", "auth/login") as client:
        assert client.start(BOB).view["step"] == "verify"
    assert (OutgoingMessage.objects.count(), len(proxy.requests)) == (1, 6)


def test_a_network_that_stays_away(proxy: CuttingProxy, order: WorkflowClient) -> None:
    """Four requests, an exception that tells what to do, and doing it."""
    proxy.cuts = ["answer"] * 4
    with pytest.raises(Unreachable) as raised:
        order.submit(accept=True)
    assert raised.value.reason in {"RemoteProtocolError", "ReadError"}
    assert order.view["step"] == "confirm"
    assert order.retry().finished
    assert Order.objects.count() == 1


def test_awaited_verbs_survive_the_same(proxy: CuttingProxy, people: object) -> None:
    """Many flows at once over one client of httpx, each with its connection cut."""

    async def walk(http: httpx.AsyncClient, name: str) -> dict[str, Any]:
        client = AsyncWorkflowClient(f"{proxy.url}/wf/", "demo/hello", http=http)
        await client.start()
        await client.submit(name=name)
        await (await client.submit()).wait()
        return client.data

    async def main() -> list[dict[str, Any]]:
        async with httpx.AsyncClient(timeout=30) as http:
            return await asyncio.gather(*(walk(http, name) for name in ("Ada", "Bob", "Cy")))

    proxy.cuts = [*CUTS, *CUTS]
    assert asyncio.run(main()) == [{"name": "Ada"}, {"name": "Bob"}, {"name": "Cy"}]
    assert FlowEvent.objects.filter(workflow="demo/hello", kind="finished").count() == 3


def test_a_verb_that_was_cancelled_is_taken_up_again(proxy: CuttingProxy) -> None:
    """A task that ends in the middle of a round leaves its request to retry()."""

    async def main() -> str:
        async with AsyncWorkflowClient(f"{proxy.url}/wf/", "demo/hello") as client:
            await client.start()
            task = asyncio.create_task(client.submit(name="Ada"))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert task.cancelled()
            return (await client.retry()).view["title"]

    assert asyncio.run(main()) == "Hello Ada!"


def test_nobody_listens() -> None:
    """A port that nothing is at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/wf/"
        with WorkflowClient(url, "demo/hello") as client, pytest.raises(Unreachable, match=r"\(ConnectError\)"):
            client.start()


def test_an_address_that_is_not_the_endpoint(live_server: Any) -> None:
    """A page of the same site, and the endpoint without its slash."""
    for path, status in (("/login/", 403), ("/wf", 301)):
        with WorkflowClient(f"{live_server.url}{path}", "demo/hello") as client:
            with pytest.raises(BadAnswer) as raised:
                client.start()
            assert raised.value.status == status
