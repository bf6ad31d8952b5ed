"""A workflow of async steps, and what runs of it give."""

from __future__ import annotations

from datetime import timedelta
from typing import assert_type

from wfapp import Context, Finish, Workflow, step
from wfapp.programming import FlowHandle, FlowResult


class Export(Workflow[Context]):
    name = "typing/export"

    @step(retries=2)
    async def collect(self) -> None:
        pass

    @collect.compensate
    async def throw_away(self) -> None:
        pass

    @step(timeout=timedelta(seconds=5))
    async def send(self) -> Finish:
        return Finish()

    @send.compensate(retries=1)
    async def call_back(self) -> None:
        pass


async def use() -> None:
    """Run it in every way."""
    assert_type(Export.run(params={"year": 2026}, key="export-2026", rerun_failed=True), FlowResult)
    assert_type(await Export.arun(timeout=timedelta(seconds=5)), FlowResult)
    assert_type(Export.run().raise_for_status(), FlowResult)
    assert_type(await Export.astart(key="export-2026"), FlowHandle)
    assert_type(Export.flows.get(created_by=1).result().steps[0].attempts, int)
    Export.run(data={})  # E: call-arg: Unexpected keyword argument "data" for "run" of "Workflow"
