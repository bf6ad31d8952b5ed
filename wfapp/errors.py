"""Every exception of wfapp, under one root.

WorkflowError
├── DeclarationError            an author's mistake, found when a class is made or by ``manage.py check``
├── RoundError                  an author's mistake that only a round can show; the round is rolled back
│   ├── NotStorable             a value that a context cannot hold
│   ├── ContextTooLarge         a context over its size limit
│   ├── MissingAbility          a step needs what its flow's storage cannot do
│   ├── NotAvailable            something that does not exist here, with what to use instead
│   ├── NotSendable             a message that cannot be made as a step asked for it
│   ├── WrongOutcome            a step, hook or condition returned what nobody can carry out
│   └── WrongStep               code answered one step, and the flow stands at another one
├── FlowAlreadyRunning          the flow of an idempotency key runs at this moment, or waits to go on
├── FlowFailed                  a flow that code ran came to another end than it should
├── FlowCancelled               a step that was told to stop has stopped
├── StepLost                    whoever ran a step vanished, again and again: the step is given up
├── StepTimedOut                a step took longer than its timeout; what it did was rolled back
├── DeliveryError               a channel could not hand a message over; it is tried again
│   └── PermanentFailure        trying again would be in vain: it is given up
└── Fault                       a client's mistake: a status, a code and a text that names nothing internal
    ├── MalformedRequest  400   ├── NoKey             400
    ├── NotAllowed        403   ├── UnknownWorkflow   404
    ├── Busy              409   ├── Stale             409
    ├── InvalidToken      410   ├── BodyTooLarge      413
    ├── UnsupportedMedia  415   ├── KeyReused         422
    └── LimitExceeded     429
        └── TooManyFlows  429
"""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

__all__ = [
    "BodyTooLarge",
    "Busy",
    "ContextTooLarge",
    "DeclarationError",
    "DeliveryError",
    "Fault",
    "FlowAlreadyRunning",
    "FlowCancelled",
    "FlowFailed",
    "InvalidToken",
    "KeyReused",
    "LimitExceeded",
    "LinkSpent",
    "MalformedRequest",
    "MissingAbility",
    "NoKey",
    "NoRoute",
    "NotAllowed",
    "NotAvailable",
    "NotSendable",
    "NotStorable",
    "PermanentFailure",
    "RoundError",
    "Stale",
    "StepLost",
    "StepTimedOut",
    "TooManyFlows",
    "UnknownWorkflow",
    "UnsupportedMedia",
    "WorkflowError",
    "WrongOutcome",
    "WrongStep",
]


class WorkflowError(Exception):
    """Stand above everything that wfapp raises on purpose."""


class DeclarationError(WorkflowError):
    """Tell an author what is wrong with a declaration, and which values are legal."""


class RoundError(WorkflowError):
    """Tell an author what a step did that its flow cannot carry; the round was rolled back."""


class NotStorable(RoundError):
    """Name the step and the key whose value does not survive being stored."""


class ContextTooLarge(RoundError):
    """Name the largest keys of a context that is over its size limit."""


class MissingAbility(RoundError):
    """Name the step, the ability that its storage lacks, and the cure."""


class NotAvailable(RoundError):
    """Name what does not exist in this place, and what to use instead."""


class NotSendable(RoundError):
    """Name the step and the template of a message that cannot be made, and never its address or a value."""


class NoRoute(RoundError):
    """Name the workflow whose pages have no address that a link could lead to."""


class WrongOutcome(RoundError):
    """Name what a step, a hook or a condition returned, and what it may return."""


class WrongStep(RoundError):
    """Name the step that code meant to answer, and where the flow stands; nothing ran."""


class FlowAlreadyRunning(WorkflowError):
    """Tell code that the flow of its key is not over yet, and name it: nothing ran.

    Ask again with the same key and input later, or look at ``Workflow.flows.get(pk=error.flow_id).result()``.
    """

    def __init__(self, workflow: str, flow_id: uuid.UUID) -> None:
        self.flow_id = flow_id
        super().__init__(
            f"The flow {flow_id} of {workflow!r} has this key and is not over yet; ask again later with the same key, "
            f"or look at flows.get(pk=…).result()."
        )


class FlowFailed(WorkflowError):
    """Tell code that asked for it how a flow failed; ``result`` is the FlowResult."""

    def __init__(self, result: Any) -> None:
        self.result = result
        said = f": step {result.error.step!r} raised {result.error.type}" if result.error is not None else ""
        said = said or (f": {result.reason}" if result.reason else "")
        super().__init__(f"The flow {result.id} is {result.status.value}{said}.")


class FlowCancelled(WorkflowError):
    """Leave a step whose flow is to end: what it did in the database is rolled back, and what completed is undone."""


class StepLost(WorkflowError):
    """Whoever ran this step vanished, again and again: it is given up, since it may be what killed them."""


class StepTimedOut(WorkflowError, TimeoutError):
    """Tell that a step was late: what it did in the database is rolled back."""


class DeliveryError(WorkflowError):
    """Say that a channel could not hand a message over now.

    ``code`` is a short word or number for staff, such as ``503``: it is stored and shown, so no value belongs there.
    """

    def __init__(self, code: str | int = "") -> None:
        self.code = str(code)
        super().__init__(self.code)


class PermanentFailure(DeliveryError):
    """Say that a message can never be handed over: it is given up at once, and staff see it."""


class Fault(WorkflowError):
    """Answer a client's mistake with ``status`` and ``code``.

    ``message`` is for people and never names an internal step, path or class. ``retry_after`` is in seconds.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "malformed"
    message: str | Promise = _("This request cannot be understood.")

    def __init__(self, message: str | Promise = "", *, code: str = "", retry_after: int | None = None) -> None:
        self.message = message or type(self).message
        self.error_code = code or type(self).code
        self.retry_after = retry_after
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class MalformedRequest(Fault):
    """Refuse what is not a request: no object, an unknown key, a wrong type."""


class NoKey(Fault):
    """Refuse an Idempotency-Key where no row can remember it."""

    code = "no-key"
    message = _("This workflow starts without a record: send no Idempotency-Key.")


class NotAllowed(Fault):
    """Refuse a caller: not exposed, a missing right, a cross-site post."""

    status = 403
    code = "not-allowed"
    message = _("You are not allowed to do this.")


class UnknownWorkflow(Fault):
    """Refuse a name that no workflow has."""

    status = 404
    code = "unknown-workflow"
    message = _("There is no such workflow.")


class Busy(Fault):
    """Refuse a round while another one of the same flow is on."""

    status = 409
    code = "busy"
    message = _("An earlier request is still being worked on. Try again in a moment.")

    def __init__(self, message: str | Promise = "", *, retry_after: int = 1) -> None:
        super().__init__(message, retry_after=retry_after)


class Stale(Fault):
    """Refuse an answer to a page that is no longer the current one; ``answer`` is the current page."""

    status = 409
    code = "stale"
    message = _("This page was answered already. Here is the current one.")

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        super().__init__()


class InvalidToken(Fault):
    """Refuse a token that is invalid, unknown, expired, spent or somebody else's: one and the same answer."""

    status = 410
    code = "invalid-token"
    message = _("This cannot be continued: it has ended, has expired or was opened elsewhere. Please start again.")


class LinkSpent(InvalidToken):
    """Refuse a link that was real; ``reason`` tells a page what to say.

    One of used, expired, superseded, revoked, cancelled and over (the flow ended, or went on without the link).
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__()


class BodyTooLarge(Fault):
    """Refuse a body over the size limit."""

    status = 413
    code = "too-large"
    message = _("This request is too large.")


class UnsupportedMedia(Fault):
    """Refuse a body that is not JSON."""

    status = 415
    code = "unsupported-media-type"
    message = _("Send JSON, with Content-Type: application/json.")


class KeyReused(Fault):
    """Refuse an Idempotency-Key that came with other input before."""

    status = 422
    code = "key-reused"
    message = _("This Idempotency-Key was used with other input.")


class LimitExceeded(Fault):
    """Refuse an attempt beyond a limit; ``retry_after`` tells how many seconds to wait."""

    status = 429
    code = "limit"
    message = _("Too many attempts. Try again later.")


class TooManyFlows(LimitExceeded):
    """Refuse a start while as many flows of its workflow go on as may at once."""

    code = "too-many-flows"
    message = _("Too many people are doing this at the moment. Try again in a moment.")

    def __init__(self, message: str | Promise = "", *, retry_after: int = 5) -> None:
        super().__init__(message, retry_after=retry_after)
