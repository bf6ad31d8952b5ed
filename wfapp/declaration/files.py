"""How many files a page takes, and how large each may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wfapp.declaration.options import check_count
from wfapp.errors import DeclarationError

__all__ = ["Files", "check_files"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Limit the files of a page: ``files=Files(max_size=2 * 1024**2, max_count=3)``; raises DeclarationError."""

    max_size: int | None = None
    """The most bytes of one file; ``WFAPP["UPLOAD_MAX_SIZE"]`` where this is None."""

    max_count: int | None = None
    """The most files of the whole page; ``WFAPP["UPLOAD_MAX_COUNT"]`` where this is None."""

    def __post_init__(self) -> None:
        for name in ("max_size", "max_count"):
            if getattr(self, name) is not None:
                check_count(f"Files: {name}", getattr(self, name))


def check_files(what: str, value: Any) -> None:
    """Raise DeclarationError for anything but Files or None."""
    if value is not None and not isinstance(value, Files):
        raise DeclarationError(f"{what} is {value!r}; it must be Files(max_size=…, max_count=…).")
