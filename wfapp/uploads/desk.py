"""The files of one flow in one round."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db import router
from django.db.models import QuerySet
from django.forms import BaseForm, Field
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wfapp.conf import conf
from wfapp.declaration.files import Files
from wfapp.declaration.workflow import Workflow
from wfapp.engine.cursor import Position
from wfapp.engine.state import State
from wfapp.errors import NotAvailable
from wfapp.models import Upload
from wfapp.storage.database import model_of
from wfapp.uploads.fields import file_fields
from wfapp.uploads.names import clean_name, clean_type
from wfapp.uploads.shelf import release, release_flow, store
from wfapp.uploads.stored import StoredUpload, StoredUploads
from wfapp.uploads.tray import CLEAR, Tray

__all__ = ["Desk", "place_of"]

LONGEST_PLACE = 200

Held = dict[str, list[StoredUpload]]


def place_of(position: Position) -> str:
    """Name a page and the turn of each loop around it, as an upload remembers where it was given."""
    return str(position)[:LONGEST_PLACE]


class Desk:
    """Take the files of a flow's pages in, hold them for the next post, and let go of them at the end.

    No statement is sent for a flow that no file was given to.
    """

    def __init__(self, workflow: type[Workflow[Any]], state: State) -> None:
        self._workflow = workflow
        self._flow = state.id
        self._keep_until = state.dies
        self.in_use = state.files
        """Whether the flow has, or had, files."""

        self._places: dict[str, Held] | None = None
        self._by_id: dict[uuid.UUID, StoredUpload] = {}
        self._leaving: set[uuid.UUID] = set()
        self._new: set[uuid.UUID] = set()

    @property
    def _using(self) -> str:
        return router.db_for_write(model_of(self._workflow))

    @property
    def _rows(self) -> QuerySet[Upload]:
        return Upload.objects.using(self._using).filter(flow=self._flow, released_at=None)

    def held(self, position: Position) -> Held:
        """Give the files of a page by the HTML name of their field."""
        return self._loaded().setdefault(place_of(position), {})

    def find(self, upload: str) -> StoredUpload | None:
        """Find a file of this flow; None for one that is gone."""
        self._loaded()
        return self._by_id.get(uuid.UUID(upload))

    def tray(self, position: Position, data: Any, files: MultiValueDict[str, Any] | None) -> Tray:
        """Give what a form takes as its files."""
        return Tray(partial(self.held, position), data, files)

    def show(self, position: Position, form: Any) -> None:
        """Make the held files the initial values of a form that is drawn, and nothing its posted ones."""
        for part, name, field in file_fields(form):
            if isinstance(part.files, Tray):
                part.files.drawing = True
            html_name = part.add_prefix(name)
            if held := self.held(position).get(html_name):
                uploads = StoredUploads(held)
                value = uploads if _takes_several(field) else uploads[-1]
                part.initial = {**(part.initial or {}), name: value}
                # A BoundField remembers the initial value that it was validated with.
                part[name].initial = value
                _untick(part, html_name)

    def check(self, form: Any, limits: Files | None) -> None:
        """Add an error to each field whose files are too large or too many."""
        limits = limits or Files()
        most = limits.max_count or conf.UPLOAD_MAX_COUNT
        largest = limits.max_size or conf.UPLOAD_MAX_SIZE
        count = 0
        for part, name, _field in file_fields(form):
            given = part.files.given(part.add_prefix(name)) if isinstance(part.files, Tray) else []
            count += len(given)
            if any((file.size or 0) > largest for file in given):
                _refuse(part, name, _("This file is too large: at most %s are allowed.") % filesizeformat(largest))
            elif given and count > most:
                text = ngettext(
                    "Too many files: at most %d is allowed.", "Too many files: at most %d are allowed.", most
                )
                _refuse(part, name, text % most)

    def take_in(self, position: Position, form: Any, *, whole: bool) -> None:
        """Store the new files of a validated form whose fields have no errors, and let go of those they replace.

        ``cleaned_data`` gets the stored ones. ``whole`` tells that this is the page's whole input, accepted: then
        fields that are no longer there lose their files, too.
        """
        held = self.held(position)
        taken: Held = {}
        for part, name, _field in file_fields(form):
            html_name = part.add_prefix(name)
            if name in part.errors or not isinstance(part.files, Tray):
                taken[html_name] = held.get(html_name, [])
                continue
            given = part.files.given(html_name)
            stored = [self._stored(position, html_name, number, file) for number, file in enumerate(given)]
            _substitute(part, name, dict(zip(map(id, given), stored, strict=True)))
            part.files.drawing, taken[html_name] = False, stored
            MultiValueDict.setlist(part.files, html_name, list(stored))
        if not whole:
            taken = {**held, **taken}
        if not held and not taken:
            return
        self._let_go(held, taken)
        held.clear()
        held.update(taken)

    def drop_refused(self, position: Position, form: Any) -> None:
        """Let go of files of this round whose field got an error after they were stored: from their step."""
        held = self.held(position)
        for part, name, _field in file_fields(form):
            html_name = part.add_prefix(name)
            if name in part.errors and held.get(html_name):
                before = held[html_name]
                held[html_name] = [upload for upload in before if upload.id not in self._new]
                self._release([upload for upload in before if upload.id in self._new])

    def keep(self, file: Any) -> File[Any]:
        """Hand a file over to its author's model: it leaves the flow where this round is not rejected.

        Raises NotAvailable for what is no file of this flow.
        """
        if not isinstance(file, StoredUpload) or file.id not in self._by_id:
            raise NotAvailable(
                f"self.flow.keep(…) got a {type(file).__name__}; pass a file of this flow, one at a time, from "
                "form.cleaned_data or self.answers."
            )
        self._leaving.add(file.id)
        return File(file, file.name)

    def close(self, *, rejected: bool, ended: bool) -> None:
        """Let go of what the round gave away, and at the end of everything."""
        if ended and self.in_use:
            release_flow(self._using, self._flow)
        elif self._leaving and not rejected:
            release(self._rows.filter(pk__in=self._leaving))
        for upload in self._by_id.values():
            upload.close()

    def _loaded(self) -> dict[str, Held]:
        if self._places is None:
            self._places = {}
            for row in self._rows.order_by("created_at", "number") if self.in_use else ():
                upload = self._by_id[row.pk] = StoredUpload(row)
                self._places.setdefault(row.place, {}).setdefault(row.field, []).append(upload)
        return self._places

    def _stored(self, position: Position, field: str, number: int, file: Any) -> StoredUpload:
        if isinstance(file, StoredUpload):
            if file not in self.held(position).get(field, ()):
                # A row of a formset went, and those behind it moved up.
                self._rows.filter(pk=file.id).update(field=field, number=number)
            return file
        row = Upload(
            flow=self._flow,
            workflow=self._workflow.name,
            step=position.step,
            place=place_of(position),
            field=field,
            number=number,
            name=clean_name(file.name),
            path=store(self._flow, file),
            size=file.size or 0,
            content_type=clean_type(getattr(file, "content_type", "")),
            created_at=timezone.now(),
            keep_until=self._keep_until,
        )
        row.save(using=self._using, force_insert=True)
        self.in_use = True
        self._new.add(row.pk)
        upload = self._by_id[row.pk] = StoredUpload(row)
        return upload

    def _let_go(self, before: Held, after: Held) -> None:
        left = {upload.id for uploads in after.values() for upload in uploads}
        self._release([upload for uploads in before.values() for upload in uploads if upload.id not in left])

    def _release(self, uploads: list[StoredUpload]) -> None:
        if uploads:
            release(self._rows.filter(pk__in=[upload.id for upload in uploads]))


def _takes_several(field: Field) -> bool:
    return bool(getattr(field.widget, "allow_multiple_selected", False))


def _refuse(part: BaseForm, name: str, text: str) -> None:
    if name not in part.errors:
        part.add_error(name, ValidationError(text, code="limit"))


def _substitute(part: BaseForm, name: str, stored: dict[int, StoredUpload]) -> None:
    """Put the stored files into ``cleaned_data``; what the form's own methods made of them stays."""
    cleaned = getattr(part, "cleaned_data", {})
    value = cleaned.get(name)
    if isinstance(value, list | tuple):
        cleaned[name] = [stored.get(id(item), item) for item in value]
    elif isinstance(value, UploadedFile):
        cleaned[name] = stored.get(id(value), value)


def _untick(part: BaseForm, html_name: str) -> None:
    """Draw the box that removes a file empty: where it was ticked and the file is still here, it was not obeyed."""
    if getattr(part.data, "_mutable", True) and hasattr(part.data, "pop"):
        part.data.pop(f"{html_name}{CLEAR}", None)
