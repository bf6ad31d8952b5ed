"""The types of the Python client: each verb gives the client back, or is awaited for it.

A comment ``# E: code: text`` tells the code of an error that mypy must find.
"""

from __future__ import annotations

from wfapp.client import AsyncWorkflowClient, Payload, WorkflowClient


def walk(client: WorkflowClient) -> str | None:
    """Use every verb."""
    client.start().start({"a": 1}).submit(a=1, b=[2]).action("resend").action("save", {"a": 1}, b=2)
    client.refresh(a=1).back().look().retry().restart().wait(timeout=5).wait(5).cancel()
    merged: Payload | None = client.merged
    titles: list[str] = [action["label"] for action in client.view["actions"]]
    client.errors["__form"].upper()
    if client.supports_action("wf.back") and client.pending is not None and merged is not None:
        return client.pending["step"] + merged["version"] + "".join(titles)
    return client.token


async def walk_along(client: AsyncWorkflowClient) -> str:
    """Await them."""
    await (await client.start(a=1)).submit({"a": 1})
    again: AsyncWorkflowClient = await client.wait()
    return again.status


def wrong(client: WorkflowClient, other: AsyncWorkflowClient) -> None:
    """Make one mistake a line."""
    client.submit("a")  # E: arg-type: expected "Mapping[str, Any] | None"
    client.action()  # E: call-arg: Too few arguments for "action"
    client.wait("soon")  # E: arg-type: expected "float"
    client.view["titel"]  # E: typeddict-item: no key "titel"
    other.start().submit(a=1)  # E: attr-defined: has no attribute "submit"
    WorkflowClient("https://example.com/wf/", parms={})  # E: call-arg: Unexpected keyword argument "parms"
