"""A workflow whose steps run at the same time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.integration.durable.shop import TICK, world
from wfapp import Context, Finish, If, Parallel, Workflow, step

__all__ = ["Lenient", "Team"]


class TeamContext(Context):
    before: str = ""
    mailed: str = ""
    audited: str = ""
    skipped: bool = True


class Team(Workflow[TeamContext]):
    """Prepare, tell three at once, end."""

    name = "tests/durable-team"
    steps = ["prepare", Parallel("tell", ["letter", "audit", "extra"]), If("mailed", ["after"]), "end"]

    @step(durable=True)
    def prepare(self) -> None:
        self.ctx.before = "prepared"
        world.called("prepare", self)

    @prepare.compensate
    def unprepare(self) -> None:
        world.called("unprepare", self)

    @step(retries=1, delay=TICK)
    def letter(self) -> Any:
        self.ctx.mailed = f"{self.ctx.before} letter"
        return world.called("letter", self)

    @letter.compensate
    def unletter(self) -> None:
        world.called("unletter", self)

    @step(timeout=timedelta(seconds=30))
    def audit(self) -> Any:
        self.ctx.audited = f"{self.ctx.before} audit"
        return world.called("audit", self)

    @audit.compensate
    def unaudit(self) -> None:
        world.called("unaudit", self)

    @step(when=lambda ctx: not ctx.skipped)
    def extra(self) -> None:
        world.called("extra", self)

    @step
    def after(self) -> None:
        world.called("after", self)

    @step
    def end(self) -> Finish:
        return Finish(data={"mailed": self.ctx.mailed, "audited": self.ctx.audited})


class Lenient(Team):
    """Fail only where all of them do."""

    name = "tests/durable-lenient"
    steps = ["prepare", Parallel("tell", ["letter", "audit", "extra"], fail_fast=False), If("mailed", ["after"]), "end"]
