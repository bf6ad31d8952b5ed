"""Delete the files that no flow needs any more and that no request deleted: what a crash left."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.files.storage import Storage
from django.db import router
from django.utils import timezone

from wfapp.models import ENDED, Upload, flow_models
from wfapp.uploads.shelf import FOLDER, delete_released
from wfapp.uploads.stored import upload_storage

__all__ = ["Swept", "sweep_uploads"]

SETTLED = timedelta(days=1)
"""How old a file without a row must be: a younger one may belong to a round that is on."""


@dataclass(slots=True)
class Swept:
    """Count what was deleted."""

    uploads: int = 0
    """Files of flows that have ended, and files that were replaced."""

    orphans: int = 0
    """Files in the storage that no row knows."""


def sweep_uploads(now: datetime, batch_size: int) -> Swept:
    """Delete the files of flows that are over, what is on the list to be deleted, and what a crash left behind."""
    swept = Swept()
    aliases = {router.db_for_write(model) for model in flow_models()}
    for using in sorted(aliases):
        swept.uploads += _release_over(using, now, batch_size)
        swept.uploads += _delete_listed(using, batch_size)
    swept.orphans = _delete_orphans(upload_storage(), aliases, now)
    return swept


def _release_over(using: str, now: datetime, size: int) -> int:
    """Delete the files of flows that have ended, and of those that are gone, once their time would be over."""
    gone = 0
    for flows in _batches(using, size):
        found = dict[uuid.UUID, str]()
        for model in flow_models():
            known = model._base_manager.using(router.db_for_write(model)).filter(pk__in=flows)
            found.update(known.values_list("pk", "status"))
        over = [flow for flow in flows if found.get(flow) in ENDED]
        lost = [flow for flow in flows if flow not in found]
        uploads = Upload.objects.using(using).filter(released_at=None)
        for rows in (uploads.filter(flow__in=over), uploads.filter(flow__in=lost, keep_until__lte=now)):
            ids = list(rows.values_list("pk", flat=True))
            Upload.objects.using(using).filter(pk__in=ids).update(released_at=now)
            gone += delete_released(using, ids)
    return gone


def _delete_listed(using: str, size: int) -> int:
    gone, last = 0, uuid.UUID(int=0)
    while True:
        rows = Upload.objects.using(using).exclude(released_at=None).filter(pk__gt=last).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:size])
        if not ids:
            return gone
        gone += delete_released(using, ids)
        last = ids[-1]


def _batches(using: str, size: int) -> Iterator[list[uuid.UUID]]:
    """Give the ids of the flows that have files, batch by batch."""
    last = uuid.UUID(int=0)
    while True:
        rows = Upload.objects.using(using).filter(released_at=None, flow__gt=last).order_by("flow")
        flows = list(rows.values_list("flow", flat=True).distinct()[:size])
        if not flows:
            return
        yield flows
        last = flows[-1]


def _delete_orphans(storage: Storage, aliases: set[str], now: datetime) -> int:
    """Delete old files that no row knows: their round was cut off before its commit.

    A storage that cannot list its files, or tell their age, keeps them.
    """
    gone = 0
    for folder in _listed(storage, FOLDER)[0]:
        inside = f"{FOLDER}/{folder}"
        names = _listed(storage, inside)[1]
        paths = {f"{inside}/{name}" for name in names}
        for using in aliases:
            paths -= set(Upload.objects.using(using).filter(path__in=paths).values_list("path", flat=True))
        old = [path for path in paths if _is_old(storage, path, now)]
        for path in old:
            storage.delete(path)
        gone += len(old)
        if len(old) == len(names) and (old or _is_old(storage, inside, now)):
            _delete_folder(storage, inside)
    return gone


def _listed(storage: Storage, folder: str) -> tuple[list[str], list[str]]:
    try:
        folders, names = storage.listdir(folder)
    except (NotImplementedError, FileNotFoundError):
        return [], []
    return list(folders), list(names)


def _is_old(storage: Storage, path: str, now: datetime) -> bool:
    try:
        modified = storage.get_modified_time(path)
    except (NotImplementedError, OSError):
        return False
    if timezone.is_naive(modified) and timezone.is_aware(now):
        modified = timezone.make_aware(modified)
    return modified < now - SETTLED


def _delete_folder(storage: Storage, folder: str) -> None:
    """Remove an empty folder, where a storage has such things."""
    try:
        storage.delete(folder)
    except OSError:
        return
