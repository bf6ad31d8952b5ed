"""Files into the storage and out of it again: one transaction decides over both, as far as a storage can follow it."""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from wfapp.models import Upload
from wfapp.uploads.stored import upload_storage

__all__ = ["FOLDER", "delete_released", "release", "release_flow", "release_flows", "store", "undone_on_error"]

logger = logging.getLogger("wfapp.uploads")

FOLDER = "wfapp"
"""The folder of all uploads; in it stands one of each flow."""

_written: ContextVar[list[str] | None] = ContextVar("wfapp_written", default=None)


@contextmanager
def undone_on_error() -> Iterator[None]:
    """Delete what a round has stored where it raises: its rows are rolled back, and a storage knows no transaction."""
    written: list[str] = []
    reset = _written.set(written)
    try:
        yield
    except BaseException:
        for path in written:
            _delete(path)
        raise
    finally:
        _written.reset(reset)


def store(flow: uuid.UUID, file: File[Any]) -> str:
    """Write a file under a random name, and give its path: nothing of what the client called it is in there."""
    # A plain File, or the file system's storage would move the temporary file that a second try of this round needs.
    path = upload_storage().save(f"{FOLDER}/{flow.hex}/{secrets.token_urlsafe(24)}", File(file, "file"))
    written = _written.get()
    if written is not None:
        written.append(path)
    return path


def release(rows: QuerySet[Upload]) -> None:
    """Let go of uploads: nobody reaches them any more, and after the commit their files are deleted."""
    ids = list(rows.filter(released_at=None).values_list("pk", flat=True))
    if ids:
        Upload.objects.using(rows.db).filter(pk__in=ids).update(released_at=timezone.now())
        transaction.on_commit(partial(delete_released, rows.db, ids), using=rows.db)


def release_flow(using: str, flow: uuid.UUID) -> None:
    """Let go of all files of a flow."""
    release_flows(using, [flow])


def release_flows(using: str, flows: Collection[uuid.UUID]) -> None:
    """Let go of all files of some flows."""
    release(Upload.objects.using(using).filter(flow__in=flows))


def delete_released(using: str, ids: Collection[uuid.UUID]) -> int:
    """Delete the files of released uploads, and the rows of those whose file is gone; return how many.

    What a storage refuses to delete stays on the list, for the sweeper to try again.
    """
    rows = Upload.objects.using(using).filter(pk__in=ids).exclude(released_at=None)
    gone = [pk for pk, path in rows.values_list("pk", "path") if _delete(path)]
    return Upload.objects.using(using).filter(pk__in=gone).delete()[0]


def _delete(path: str) -> bool:
    try:
        upload_storage().delete(path)
    except Exception as error:  # noqa: BLE001 - every storage has exceptions of its own, and the round is over
        logger.warning("A file of a flow could not be deleted (%s); wf_sweep tries again.", type(error).__name__)
        return False
    return True
