"""Who holds a token: the person whose flow it is, whoever opens a link, or a member of staff."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from wfapp.declaration.workflow import Workflow
from wfapp.errors import MalformedRequest
from wfapp.rounds.answer import REFRESH, Answer, Caller, Input
from wfapp.rounds.answering import play_for_staff, show_to_staff
from wfapp.rounds.opening import open_link, show_link
from wfapp.rounds.play import play as play_own
from wfapp.rounds.play import show as show_own
from wfapp.storage.tokens import LINK, STAFF, Token

__all__ = ["play", "show"]


def play(
    token: Token, *, caller: Caller, input: Input, workflow: type[Workflow[Any]] | None = None, step: str = ""
) -> Answer:
    """Play one round; raises a Fault that consumed nothing, or what a step raised, after everything was put back.

    ``step`` names the step that is meant; raises WrongStep where the flow stands elsewhere.
    """
    if token.storage == LINK and input.action == REFRESH:
        return show_link(token, caller=caller, workflow=workflow)
    if token.storage == LINK:
        if input.action:
            # There is nothing to press yet: whoever means to cancel or to go back must not take the flow over by that.
            raise MalformedRequest(_("A link can only be opened: send no action."))
        return open_link(token, caller=caller, workflow=workflow)
    if token.storage == STAFF:
        return play_for_staff(token, caller=caller, input=input, workflow=workflow)
    return play_own(token, caller=caller, input=input, workflow=workflow, step=step)


def show(
    token: Token, *, caller: Caller, workflow: type[Workflow[Any]] | None = None, typed: Input | None = None
) -> Answer:
    """Show where a flow stands, with what was typed, and change nothing.

    Raises Stale where the token is of an earlier revision.
    """
    if token.storage == LINK:
        return show_link(token, caller=caller, workflow=workflow)
    if token.storage == STAFF:
        return show_to_staff(token, caller=caller, workflow=workflow, typed=typed)
    return show_own(token, caller=caller, workflow=workflow, typed=typed)
