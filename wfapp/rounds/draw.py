"""Draw a page: build its form and evaluate its texts from the passed context."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from wfapp import forms
from wfapp.declaration.page import PageOptions, Text
from wfapp.declaration.steps import Action, AnyForm, Step
from wfapp.declaration.text_names import reads_data
from wfapp.declaration.texts import render_text
from wfapp.declaration.values import extract_pass_context
from wfapp.engine.cursor import Position
from wfapp.engine.expansion import path_of
from wfapp.errors import BodyTooLarge, WrongOutcome
from wfapp.rounds.answer import REFRESH, ActionView, Input, Page
from wfapp.rounds.answers import restored
from wfapp.rounds.layout import layout_of
from wfapp.rounds.moves import moves_of
from wfapp.rounds.progress import label_of, progress_of
from wfapp.rounds.review import reviewed
from wfapp.rounds.stage import Stage

__all__ = [
    "FORM_ERROR",
    "available_at",
    "build_form",
    "draw",
    "notice_actions",
    "notice_texts",
    "offered",
    "page_title",
    "passed_of",
    "prepared",
    "remaining",
]

FORM_ERROR = "__form"

MAX_TEXT = 64 * 1024
"""The most characters of a form that came in a body as large as only files may be."""


def build_form(
    stage: Stage, step: Step[Any, Any], input: Input | None = None, *, at: Position | None = None
) -> AnyForm:
    """Build the form of a step: bound where input came, with its constructor keywords; ``prepare`` has not run.

    ``at`` is where the files of its earlier posts are held: by default where the flow stands.
    """
    form_class: type[AnyForm] = _form_class(stage, step)
    hook = stage.here.structure.form_kwargs.get(step.name)
    kwargs: dict[str, Any] = dict(getattr(stage.here, hook)()) if hook else {}
    if input is None or input.values is None:
        return form_class(**kwargs)
    at = at or stage.state.position
    if not input.json:
        form = form_class(data=input.values, files=stage.uploads.tray(at, input.values, input.files), **kwargs)
        forms.guard(form)
        return form
    data: MultiValueDict[str, Any] = forms.open_data(form_class, kwargs, input.values)
    form = form_class(data=data, files=stage.uploads.tray(at, data, input.files), **kwargs)
    forms.fill(data, form, input.values, before_prepare=forms.has_prepare(form))
    if input.large and forms.text_size(data) > MAX_TEXT:
        raise BodyTooLarge
    return form


def _form_class(stage: Stage, step: Step[Any, Any]) -> type[Any]:
    if not isinstance(step.form, str):
        return step.form_classes[0]
    picked: type[Any] = getattr(stage.here, step.form)()
    if picked not in step.forms:
        legal = ", ".join(form.__name__ for form in step.forms)
        raise WrongOutcome(f"Step {step.name!r}: {step.form} picked {picked!r}; legal are {legal}.")
    return picked


def prepared(form: AnyForm, passed: Mapping[str, Any], input: Input | None = None) -> AnyForm:
    """Let a form change its fields from the passed keys and what was typed, before it is drawn or validated.

    ``input`` is what it was built with: a field that it adds takes its value from there, too.
    """
    _begin_absent(form, input)
    if forms.has_prepare(form):
        forms.prepare(form, passed)
        if input is not None and input.values is not None:
            if input.json:
                forms.fill(form.data, form, input.values)  # type: ignore[arg-type]
            else:
                forms.guard(form)
        _begin_absent(form, input)
    forms.ignore_displays(form)
    return form


def _begin_absent(form: AnyForm, input: Input | None) -> None:
    """Let the fields that a refresh says nothing of start as on a first drawing: they may have appeared just now."""
    if input is not None and input.action == REFRESH and input.values is not None:
        forms.fill_absent(form, input.values, json=input.json)


def passed_of(stage: Stage, page: PageOptions) -> dict[str, Any]:
    """Pick the whitelisted part of the context, as Python values."""
    return extract_pass_context(page.passes, page.reveals, stage.here.ctx, native=True)


def draw(
    stage: Stage, *, form: AnyForm | None = None, input: Input | None = None, errors: Mapping[str, str] | None = None
) -> Page:
    """Draw the page that the flow waits at.

    ``form`` is one that was validated already; without it the page gets a form of its own, filled with ``input``.
    """
    step = stage.step()
    shown = _built(stage, step, input) if form is None else form
    page = step.page_of(type(shown))
    passed = passed_of(stage, page)
    dynamic = forms.has_prepare(shown)
    pristine = build_form(stage, step, input) if dynamic or forms.has_displays(shown) else shown
    if form is None:
        prepared(shown, passed, input)
        if shown.is_bound:
            forms.unvalidated(shown, errors)
    forms.show(shown, passed)
    stage.uploads.show(stage.state.position, shown)
    typed = forms.typed(shown)
    actions = offered(stage, step)
    labels = [action.label for action in actions.values()]

    def text(source: Text) -> str:
        return _text(stage, source, passed, typed)

    return Page(
        step=stage.name,
        workflow=stage.here.name,
        form=shown,
        pristine=pristine,
        title=text(page.title) or page_title(stage, step),
        description=text(page.description),
        submit=text(page.submit) or str(_("Continue")),
        actions=(
            *(_action_view(stage, name, action, text) for name, action in actions.items()),
            *moves_of(stage),
        ),
        passed=passed,
        errors=dict(errors or {}),
        progress=progress_of(stage),
        answers=reviewed(stage, partial(label_of, stage)),
        live=dynamic or any(map(reads_data, (page.title, page.description, page.submit, *labels))),
        static=page.static,
    )


def _built(stage: Stage, step: Step[Any, Any], input: Input | None) -> AnyForm:
    """Build the form to show; a page that was left backwards starts with what was answered there."""
    form = build_form(stage, step, input)
    draft = stage.state.drafts.get(str(stage.state.position))
    return form if draft is None else forms.refill(form, restored(draft))


def notice_texts(stage: Stage, step: Step[Any, Any]) -> dict[str, str]:
    """Evaluate title and description of a step where its flow waits."""
    page = step.page_of(step.form_classes[0]) if step.form_classes else step.page
    passed = passed_of(stage, page)
    title = _text(stage, page.title, passed, {}) if step.form is None else ""
    description = _text(stage, page.description, passed, {}) if step.form is None else ""
    return {"title": title or page_title(stage, step), "description": description}


def notice_actions(stage: Stage, step: Step[Any, Any]) -> tuple[ActionView, ...]:
    """List what whoever waits may do meanwhile."""
    page = step.page_of(step.form_classes[0]) if step.form_classes else step.page
    passed = passed_of(stage, page)
    own = offered(stage, step).items() if step.form is None else ()
    views = [_action_view(stage, name, action, lambda text: _text(stage, text, passed, {})) for name, action in own]
    return (*views, *moves_of(stage))


def page_title(stage: Stage, step: Step[Any, Any]) -> str:
    """Title a page that says nothing itself: by its workflow, else by its step."""
    return str(stage.here.title) or str(stage.cls.title) or step.name.replace("_", " ").capitalize()


def _text(stage: Stage, source: Text, passed: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    if isinstance(source, str) and source in layout_of(type(stage.here)).methods:
        source = str(getattr(stage.here, source)())
    return render_text(source, passed, data)


def offered(stage: Stage, step: Step[Any, Any]) -> dict[str, Action[Any, Any]]:
    """List the actions whose condition holds now, by id; those of a page are gone while a link is waited for."""
    if step.form is not None and stage.state.link is not None:
        return {}
    actions, path = stage.here.actions_of(step.name), path_of(stage.name)
    return {
        name: action
        for name, action in actions.items()
        if action.when is None or stage.machine.holds(action.when, path)
    }


def available_at(stage: Stage, name: str, action: Action[Any, Any]) -> datetime | None:
    """Give when an action may be pressed again; ``None`` for now."""
    uses = stage.state.uses.get(f"{stage.name}.{name}")
    if uses is None or action.cooldown is None:
        return None
    again = uses.last + action.cooldown
    return again if again > timezone.now() else None


def remaining(stage: Stage, name: str, action: Action[Any, Any]) -> int | None:
    """Give how often an action may still be pressed in this flow; ``None`` for any number."""
    uses = stage.state.uses.get(f"{stage.name}.{name}")
    return None if action.per_flow is None else max(0, action.per_flow - (uses.count if uses else 0))


def _action_view(stage: Stage, name: str, action: Action[Any, Any], text: Any) -> ActionView:
    return ActionView(
        id=name,
        label=text(action.label),
        with_data=action.with_data,
        available_at=available_at(stage, name, action),
        remaining=remaining(stage, name, action),
    )
