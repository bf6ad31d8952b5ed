"""Processes that are forked after ``django.setup()``, and killed at an exact point of what they do."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from typing import Any, NoReturn

from django import db
from django.db import connections

__all__ = ["after", "before", "fork", "forked", "join", "kill", "killed_at", "patient", "reach"]

LONGEST = 60.0
"""How long anything here may take, in seconds."""

_armed: tuple[str, int] | None = None


def reach(point: str) -> None:
    """Stop here for good where this process is to be killed at this point, and say so; else go on."""
    if _armed is not None and _armed[0] == point:
        os.write(_armed[1], b"!")
        while True:
            signal.pause()


def before(owner: Any, name: str, point: str) -> None:
    """Let a function reach a point before it does anything; for the child of a fork, which ends with it."""
    wrapped = getattr(owner, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        reach(point)
        return wrapped(*args, **kwargs)

    setattr(owner, name, call)


def after(owner: Any, name: str, point: str) -> None:
    """Let a function reach a point after all that it does."""
    wrapped = getattr(owner, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        result = wrapped(*args, **kwargs)
        reach(point)
        return result

    setattr(owner, name, call)


def fork(work: Callable[[], Any]) -> int:
    """Run something in a process of its own, with connections of its own, and give the number of the process."""
    connections.close_all()
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    return pid or _child(work)


def _child(work: Callable[[], Any]) -> NoReturn:
    code = 1
    try:
        work()
        connections.close_all()
        code = 0
    except BaseException:  # noqa: BLE001  the parent reads what went wrong
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def join(pid: int) -> None:
    """Wait for a process that ends well."""
    end = time.monotonic() + LONGEST * 4
    while time.monotonic() < end:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            assert os.waitstatus_to_exitcode(status) == 0, "A worker failed; what it says stands above."
            return
        time.sleep(0.01)
    kill(pid)
    raise AssertionError("A worker did not come to its end.")


def forked(work: Callable[[], Any]) -> None:
    """Run something in a process of its own, to its end."""
    join(fork(work))


def kill(pid: int) -> None:
    """Kill a process as the system does where memory is short: it gets to do nothing any more."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def killed_at(point: str, arm: Callable[[str], Any], works: list[Callable[[], Any]]) -> list[float | None]:
    """Run each in a process of its own that is killed as soon as it reaches a point; give when.

    ``None`` stands for one that ended without coming there, which ended well.
    """
    running = {reached: pid for pid, reached in [_started(point, arm, work) for work in works]}
    moments: dict[int, float | None] = {}
    left = dict(running)
    while left:
        ready, _, _ = select.select(list(left), [], [], LONGEST)
        assert ready, f"A worker neither came to the point {point!r} nor to its end."
        for reached in ready:
            moments[reached] = _ended(left.pop(reached), os.read(reached, 1) == b"!")
            os.close(reached)
    return [moments[reached] for reached in running]


def _ended(pid: int, came: bool) -> float | None:
    """Kill a process that has come to its point; another one has come to its end.

    The moment is one at which it is dead for certain: its heart may have renewed its lease just before.
    """
    if not came:
        join(pid)
        return None
    kill(pid)
    return time.monotonic()


def _started(point: str, arm: Callable[[str], Any], work: Callable[[], Any]) -> tuple[int, int]:
    reached, says = os.pipe()

    def armed() -> None:
        global _armed  # noqa: PLW0603  of this process alone
        _armed = (point, says)
        arm(point)
        work()

    pid = fork(armed)
    os.close(says)
    return pid, reached


def patient(call: Callable[[], Any]) -> Any:
    """Do something again as long as the database is away, on a new connection each time: what a client does."""
    end = time.monotonic() + LONGEST
    while True:
        try:
            return call()
        except db.Error:
            connections.close_all()
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
