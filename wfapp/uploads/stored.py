"""A file of a flow, as a step sees it."""

from __future__ import annotations

import uuid
from typing import IO, Any

from django.core.files.storage import Storage, storages
from django.core.files.uploadedfile import UploadedFile

from wfapp.conf import conf
from wfapp.models import Upload

__all__ = ["StoredUpload", "StoredUploads", "upload_storage"]


def upload_storage() -> Storage:
    """Give the storage of uploads."""
    return storages[conf.UPLOAD_STORAGE]


class StoredUpload(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs alone
    """Be an ``UploadedFile`` whose content stands in the storage, opened when it is first read.

    ``url`` is where the person may look at it; a page sets it when it is drawn.
    """

    url: str = ""

    def __init__(self, row: Upload) -> None:
        self._opened: IO[Any] | None = None
        self._path = row.path
        self.id: uuid.UUID = row.pk
        self.step = row.step
        super().__init__(None, row.name, row.content_type, row.size)

    def __repr__(self) -> str:
        # Neither the path nor the name, which may say more than its owner wants in a log.
        return f"<StoredUpload {self.id}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredUpload) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def file(self) -> Any:
        """Give the open file; FileNotFoundError where the storage has lost it."""
        if self._opened is None:
            self._opened = upload_storage().open(self._path, "rb")
        return self._opened

    @file.setter
    def file(self, file: Any) -> None:
        self._opened = file

    @property
    def closed(self) -> bool:
        """Tell whether it is closed."""
        return self._opened is None or self._opened.closed

    def open(self, mode: str | None = None, *args: Any, **kwargs: Any) -> StoredUpload:
        """Open it for reading, at its beginning; raises ValueError for any other mode."""
        if mode not in {None, "rb", "r"}:
            raise ValueError(f"An upload is opened for reading, and mode is {mode!r}; take 'rb'.")
        if self.closed:
            self._opened = None
        else:
            self.seek(0)
        return self

    def detach(self) -> Any:
        """Give the open file away, to whoever closes it; raises FileNotFoundError where the storage has lost it."""
        opened, self._opened = self.file, None
        return opened

    def close(self) -> None:
        """Close it; it opens again when it is read."""
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    def __del__(self) -> None:
        if getattr(self, "_opened", None) is not None:
            self.close()


class StoredUploads(list[StoredUpload]):
    """Be the files of one field that takes several, as widgets show an initial value."""

    @property
    def url(self) -> str:
        """Give the address of the first: a widget asks for it to tell whether there is anything to show."""
        return self[0].url if self else ""

    def __str__(self) -> str:
        return ", ".join(upload.name or "" for upload in self)
