"""The files that a form is bound to: what came with this post, else what an earlier one brought."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from wfapp.errors import MalformedRequest
from wfapp.uploads.stored import StoredUpload

__all__ = ["CLEAR", "Reference", "Tray"]

CLEAR = "-clear"
"""What Django's ClearableFileInput appends to its name for the checkbox that removes a file."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Name a file that the flow has already, in the place of a file."""

    id: uuid.UUID


class Tray(MultiValueDict[str, Any]):
    """Be ``form.files``: a field that nothing came for has the files that are held for it.

    So a file of an earlier post is validated again like a new one, in a row of a formset and in a field that
    ``prepare`` adds, too. ``held`` gives them by HTML name, and is asked where a field takes files; ``data`` is what
    the form is bound to beside.
    """

    def __init__(
        self,
        held: Callable[[], Mapping[str, list[StoredUpload]]],
        data: Container[str],
        files: MultiValueDict[str, Any] | None = None,
    ) -> None:
        super().__init__(dict(files.lists()) if files else {})
        self._held = held
        self._data = data
        self.drawing = False
        """Whether the form is shown: then the held files are its initial values, and none of them was just posted."""

    def __bool__(self) -> bool:
        """Be true where nothing came, too: a formset puts another dict in the place of an empty one."""
        return True

    def setlist(self, key: str, list_: list[Any]) -> None:
        """Put files; a reference becomes the file it names. Raises MalformedRequest where this page has no such one."""
        super().setlist(key, [self._found(item) if isinstance(item, Reference) else item for item in list_])

    def given(self, key: str) -> list[Any]:
        """List what a field gets: new files, else the held ones, unless they are to be removed."""
        new = super().getlist(key)
        if new or f"{key}{CLEAR}" in self._data:
            return list(new)
        return list(self._held().get(key, ()))

    def getlist(self, key: str, default: Any = None) -> list[Any]:
        """Give what ``given`` lists, as a widget asks for several files."""
        return [] if self.drawing else self.given(key)

    def get(self, key: str, default: Any = None) -> Any:
        """Give the last of what ``given`` lists, as a widget asks for one file."""
        found = self.getlist(key)
        return found[-1] if found else default

    def __contains__(self, key: object) -> bool:
        return bool(self.getlist(str(key)))

    def _found(self, reference: Reference) -> StoredUpload:
        for uploads in self._held().values():
            for upload in uploads:
                if upload.id == reference.id:
                    return upload
        raise MalformedRequest(_("This page has no file of that id: send the file itself."))
