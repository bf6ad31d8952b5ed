"""What a round makes of its input: the submission of a page, or an action on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from wfapp import forms
from wfapp.declaration.links import DeviceLink, Link
from wfapp.declaration.outcomes import Abort, Ask, Finish, Next
from wfapp.declaration.steps import Action, AnyForm, Step
from wfapp.engine.expansion import path_of
from wfapp.engine.machine import Due, Paused
from wfapp.engine.state import Uses, Visit
from wfapp.errors import WrongOutcome
from wfapp.rounds.answer import Input
from wfapp.rounds.answers import Answers, kept
from wfapp.rounds.draw import FORM_ERROR, available_at, build_form, offered, passed_of, prepared, remaining
from wfapp.rounds.files import taken_in
from wfapp.rounds.forward import forward, visit_of
from wfapp.rounds.moves import RESEND, Again, Return, move_of, resend_of
from wfapp.rounds.stage import Stage

__all__ = ["Verdict", "act", "refusal", "submit"]


@dataclass(slots=True)
class Verdict:
    """Say how a round ended: it paused, it ended, it goes back (``Ask``), or, with no result, it stays where it was."""

    result: Paused | Due | Finish | Abort | Ask | Link | Return | Again | None = None
    form: AnyForm | None = None
    """What was typed, where the page is drawn again."""

    errors: Mapping[str, str] = field(default_factory=dict)
    rejected: bool = False
    answers: Mapping[str, dict[str, Any]] | None = None
    """The answers kept so far, where this page added its own."""

    passed: tuple[Visit, ...] = ()
    """The pages that were passed, this one first."""

    action: str = ""
    opened: bool = False
    """Whether a link was opened."""

    outside: bool = False
    """Whether nobody who plays the flow said so."""

    device: DeviceLink | None = None
    """A link to be shown, for another device."""

    shown: dict[str, Any] | None = field(default=None, repr=False)
    """The address and the end of that link, once it was minted."""


def submit(stage: Stage, input: Input) -> Verdict:
    """Give a page its answer and run on; a rejection draws it again with errors."""
    step = stage.step()
    position = stage.state.position
    if step.form is None:
        return Verdict(result=stage.machine.come_to(position))
    whole = _whole(input)
    form, unknown = _prepared_and_unknown(stage, step, whole)
    _report(form, unknown)
    if not taken_in(stage, form):
        return _rejected(form)
    said: Any = None
    try:
        said = stage.call(getattr(stage.here, step.name), form) if step.method is not None else None
    except ValidationError as error:
        forms.add_error(form, error)
    if not form.is_valid():
        stage.uploads.drop_refused(position, form)
        return _rejected(form)
    own = kept(form) if step.keeps else None
    answers = {**stage.state.answers, stage.name: own} if own is not None else stage.state.answers
    stage.here.answers = Answers(type(stage.here), answers, path_of(stage.name), stage.uploads)
    result = stage.machine.go_on(position, said)
    visit = visit_of(stage, own, clean=step.method is None and not stage.machine.ran)
    return forward(stage, Verdict(result=result, answers=stage.still_answered(answers), passed=(visit,)))


def act(stage: Stage, input: Input) -> Verdict:
    """Press a button: what it returns decides whether the flow leaves its page.

    A press that is not refused is counted in the stage's state, whatever comes of it.
    """
    step = stage.step()
    if (target := move_of(stage, input.action)) is not None:
        return Verdict(result=target, action=input.action)
    action = offered(stage, step).get(input.action)
    reason = refusal(stage, input.action, action)
    if action is None or reason:
        return _refused(stage, step, input, reason)
    # Before anything is validated: whatever comes of it, even a look at what was typed may be what the limit is for.
    stage.state = msgspec.structs.replace(stage.state, uses=_uses(stage, input.action))
    form = None
    arguments: tuple[AnyForm, ...] = ()
    if action.with_data:
        whole_form, unknown = _prepared_and_unknown(stage, step, _whole(input))
        form = forms.partial(whole_form, (input.values or {}) if input.json else None)
        _report(form, unknown)
        if not taken_in(stage, form, whole=False):
            return _rejected_part(stage, step, input, form)
        arguments = (form,)
    try:
        said = stage.call(getattr(stage.here, input.action), *arguments)
    except ValidationError as error:
        if step.form is None:
            return Verdict(errors={FORM_ERROR: " ".join(error.messages)}, rejected=True)
        if form is None:
            # No data is looked at: the error is the action's own, and the fields have none.
            form = forms.unvalidated(_prepared(stage, step, input))
            forms.add_error(form, error)
            return _rejected(form)
        forms.add_error(form, error)
    if form is not None and not form.is_valid():
        stage.uploads.drop_refused(stage.state.position, form)
        return _rejected_part(stage, step, input, form)
    return _after_action(stage, step, input, said)


def _refused(stage: Stage, step: Step[Any, Any], input: Input, reason: str) -> Verdict:
    return Verdict(form=_unvalidated(stage, step, input), errors={FORM_ERROR: reason}, rejected=True)


def _after_action(stage: Stage, step: Step[Any, Any], input: Input, said: Any) -> Verdict:
    position, name = stage.state.position, input.action
    if said is None:
        return Verdict(action=name, form=_unvalidated(stage, step, input))
    if isinstance(said, Next | Finish | Abort | Ask | Link):
        result = stage.machine.go_on(position, said)
        left = step.form is not None and (isinstance(said, Next) or isinstance(result, Paused))
        passed = (visit_of(stage, None, clean=False),) if left else ()
        return Verdict(result=result, action=name, passed=passed)
    if isinstance(said, DeviceLink) and stage.caller.deputy:
        # It would give the flow itself to whoever may answer one step of it.
        return _refused(stage, step, input, _("This is not possible here."))
    if isinstance(said, DeviceLink):
        return Verdict(action=name, form=_unvalidated(stage, step, input), device=said)
    raise WrongOutcome(
        f"Action {name!r} returned {type(said).__name__}; it may return nothing, Next, Ask, Finish, Abort or a link."
    )


def _uses(stage: Stage, action: str) -> dict[str, Uses]:
    key = f"{stage.name}.{action}"
    before = stage.state.uses.get(key)
    return {**stage.state.uses, key: Uses((before.count if before else 0) + 1, timezone.now())}


def refusal(stage: Stage, name: str, action: Action[Any, Any] | None) -> str:
    """Say why a button cannot be pressed now; empty where it can."""
    if action is not None:
        left, again = remaining(stage, name, action), available_at(stage, name, action)
    elif name == RESEND and (resend := resend_of(stage)) is not None:
        left, again = resend.remaining, resend.available_at
    else:
        return _("This is not possible here.")
    if left == 0:
        return _("This is no longer possible: it was used as often as allowed.")
    if again is not None:
        return _("Please wait a moment before you try this again.")
    return ""


def _prepared(stage: Stage, step: Step[Any, Any], input: Input) -> AnyForm:
    return _prepared_and_unknown(stage, step, input)[0]


def _prepared_and_unknown(stage: Stage, step: Step[Any, Any], input: Input) -> tuple[AnyForm, list[str]]:
    """Build a form and prepare it; list the keys that came for no field of it, by then.

    A field that ``prepare`` took out may come empty: a client's form renderer remembers it.
    """
    form = build_form(stage, step, input)
    values = input.values if input.json and input.values else {}
    never = forms.unknown_keys(form, values)
    prepared(form, passed_of(stage, step.page_of(type(form))), input)
    filled = forms.unknown_keys(form, values, filled=True)
    return form, [name for name in forms.unknown_keys(form, values) if name in never or name in filled]


def _report(form: AnyForm, unknown: list[str]) -> None:
    if unknown:
        words = {"names": ", ".join(unknown[:10])}
        forms.add_error(form, ValidationError(_("Unknown fields: %(names)s.") % words))


def _whole(input: Input) -> Input:
    """Give the input of a bound form: a page that nothing was sent for is an empty one."""
    return Input(values=input.values or {}, files=input.files, json=input.json, large=input.large)


def _unvalidated(stage: Stage, step: Step[Any, Any], input: Input) -> AnyForm | None:
    shown = step.form is not None and input.values is not None
    return forms.unvalidated(_prepared(stage, step, input)) if shown else None


def _rejected_part(stage: Stage, step: Step[Any, Any], input: Input, form: AnyForm) -> Verdict:
    """Draw the whole page with the errors of the fields that came with a value."""
    errors = forms.form_errors(form)
    return Verdict(form=forms.unvalidated(_prepared(stage, step, _whole(input)), errors), errors=errors, rejected=True)


def _rejected(form: AnyForm) -> Verdict:
    return Verdict(form=form, errors=forms.form_errors(form), rejected=True)
