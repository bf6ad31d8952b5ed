"""A file among the kept answers: what it is called, and which one it is."""

from __future__ import annotations

from typing import Any

import msgspec

from wfapp.uploads.stored import StoredUpload

__all__ = ["KeptUpload"]


class KeptUpload(msgspec.Struct, frozen=True):
    """Name a file of the flow as its answers keep it."""

    id: str
    name: str
    size: int
    content_type: str

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        return f"<KeptUpload {self.id}>"

    @classmethod
    def of(cls, upload: StoredUpload) -> KeptUpload:
        """Keep a file."""
        return cls(str(upload.id), str(upload.name), upload.size or 0, str(upload.content_type))

    def stored(self) -> dict[str, Any]:
        """Give it as JSON."""
        return msgspec.structs.asdict(self)
