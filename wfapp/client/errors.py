"""What a client raises, under one root; a page that comes back with errors is none of it.

ClientError
├── Unreachable          no answer, after the retries
├── BadAnswer            an answer that is not one of wfapp's
├── StillPending         the server still works when wait() may wait no longer
├── NoFlow               a verb that needs a flow, and there is none
├── BadValue             data that the wire has no form for
└── Fault                the server refuses: code, message, status, retry_after
    ├── Malformed   400  ├── NotAllowed    401, 403
    ├── Stale       409  ├── UnknownWorkflow    404
    ├── Busy        409  ├── Gone               410
    └── LimitReached 429

None of them holds a token or what was sent.
"""

from __future__ import annotations

__all__ = [
    "BadAnswer",
    "BadValue",
    "Busy",
    "ClientError",
    "Fault",
    "Gone",
    "LimitReached",
    "Malformed",
    "NoFlow",
    "NotAllowed",
    "Stale",
    "StillPending",
    "UnknownWorkflow",
    "Unreachable",
    "fault_of",
]


class ClientError(Exception):
    """Stand above everything that a client raises on purpose."""


class Unreachable(ClientError):
    """Say that no answer came, or only that of a gateway; ``reason`` is the name of what went wrong."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"No answer came ({reason}). retry() sends the same request again; no step runs twice by it.")


class BadAnswer(ClientError):
    """Say that what answered is not wfapp's endpoint, or that it failed; ``status`` is that of HTTP."""

    def __init__(self, status: int) -> None:
        self.status = status
        address = 'give the address of the endpoint itself, such as "https://example.com/wf/", with its last slash.'
        if status >= 500:
            text = f"The server failed with the status {status}. retry() sends the same request again."
        elif 300 <= status < 400:
            text = f"The answer leads elsewhere ({status}), and no token goes there: {address}"
        else:
            text = f"The answer, with the status {status}, is none of wfapp's: {address}"
        super().__init__(text)


class StillPending(ClientError):
    """Say that the server still works; ``step`` and ``progress`` tell at what and how far it is."""

    def __init__(self, step: str, progress: float | None) -> None:
        self.step, self.progress = step, progress
        super().__init__(f"The server still works at {step!r}. wait() waits again.")


class NoFlow(ClientError):
    """Say that there is nothing to go on with."""


class BadValue(ClientError, TypeError):
    """Name the place and the type of data that the wire has no form for, never the value."""


class Fault(ClientError):
    """Tell what the server refused, in its words; ``retry_after`` is in seconds, or None."""

    advice = ""

    def __init__(self, code: str, message: str, status: int, retry_after: float | None = None) -> None:
        self.code, self.message, self.status, self.retry_after = code, message, status, retry_after
        wait = f" Wait for {retry_after:g} seconds." if retry_after is not None else ""
        advice = f" {self.advice}" if self.advice else ""
        super().__init__(f"{message} ({status} {code}){wait}{advice}")


class Malformed(Fault):
    """Say that the server cannot understand a request: an unknown key, a wrong type, params that do not fit."""


class NotAllowed(Fault):
    """Say that whoever asks may not: nobody is signed in, a right is missing, the workflow is not exposed."""


class UnknownWorkflow(Fault):
    """Say that no workflow has this name."""


class Stale(Fault):
    """Say that this page was answered already; the client stands at the current one, and nothing ran."""

    advice = "The client stands at it now."


class Busy(Fault):
    """Say that another round of this flow is on for longer than the client's patience."""

    advice = "retry() sends the same request again."


class Gone(Fault):
    """Say that the flow has ended, has expired, or is somebody else's."""

    advice = "restart() begins another one."


class LimitReached(Fault):
    """Say that this was tried too often, and for how long to wait."""

    advice = "retry() sends the same request again."


_BY_CODE: dict[str, type[Fault]] = {"stale": Stale, "busy": Busy, "unknown-workflow": UnknownWorkflow}
_BY_STATUS: dict[int, type[Fault]] = {400: Malformed, 401: NotAllowed, 403: NotAllowed, 410: Gone, 429: LimitReached}


def fault_of(code: str, message: str, status: int, retry_after: float | None) -> Fault:
    """Make the exception of a refusal."""
    cls = _BY_CODE.get(code) or _BY_STATUS.get(status, Fault)
    return cls(code, message, status, retry_after)
