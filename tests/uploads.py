"""Files for tests, and what became of them."""

from __future__ import annotations

from django.core.files.storage import Storage
from django.core.files.uploadedfile import SimpleUploadedFile

__all__ = ["paths", "scan"]


def scan(
    content: bytes = b"hello", name: str = "scan.pdf", content_type: str = "application/pdf"
) -> SimpleUploadedFile:
    """Make a file as a form gets it."""
    return SimpleUploadedFile(name, content, content_type)


def paths(storage: Storage) -> list[str]:
    """List the files of all flows."""
    try:
        folders = storage.listdir("wfapp")[0]
    except FileNotFoundError:
        return []
    return [f"wfapp/{folder}/{name}" for folder in folders for name in storage.listdir(f"wfapp/{folder}")[1]]
