"""Files that leave their flow, and files that a crash left behind."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.core.management import call_command
from django.utils import timezone

from tests.integration.rounds.helpers import begin, play
from tests.uploads import paths, scan
from tests.workflows import ScanForm, TakesFiles
from wfapp import Context, Finish, Workflow, step
from wfapp.errors import MissingAbility, NotAvailable
from wfapp.models import Flow, Upload
from wfapp.rounds import end_by_staff
from wfapp.testing import isolated_registry
from wfapp.uploads import sweep_uploads

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("storage")]


@pytest.fixture
def keeping(storage: Storage) -> Any:
    """Declare a workflow that hands its file to a field of its own, here a plain path of the storage."""
    with isolated_registry():

        class Keeping(Workflow[Context]):
            name = "tests/keeping"

            @step(form=ScanForm)
            def upload(self, form: ScanForm) -> None:
                title, file = form.cleaned_data["title"], self.flow.keep(form.cleaned_data["scan"])
                storage.save(f"documents/{file.name}", file)
                if title == "bad":
                    form.add_error("title", "Not that one.")
                if title == "crash":
                    raise RuntimeError("crashed on purpose")

            @step(form=ScanForm)
            def foreign(self, form: ScanForm) -> Finish:
                self.flow.keep(ContentFile(b"x", "x.txt"))
                return Finish()

        yield Keeping


@pytest.mark.db
def test_a_kept_file_leaves_the_flow(storage: Storage, keeping: Any) -> None:
    """The author's copy stays, the flow's own goes after the commit."""
    begin(keeping, title="A", scan=scan())
    assert paths(storage) == []
    with storage.open("documents/scan.pdf") as stored:
        assert stored.read() == b"hello"


@pytest.mark.db
def test_a_rejected_round_gives_nothing_away(keeping: Any, storage: Storage) -> None:
    """The page still has its file."""
    page = begin(keeping, title="bad", scan=scan())
    assert len(paths(storage)) == 1
    assert play(page, title="A").token != page.token
    assert paths(storage) == []


@pytest.mark.db
def test_a_round_that_raises_loses_no_file(keeping: Any, storage: Storage) -> None:
    """What an earlier post brought is there for the next try."""
    page = begin(keeping, title="bad", scan=scan())
    with pytest.raises(RuntimeError):
        play(page, title="crash")
    assert len(paths(storage)) == 1
    play(page, title="A")
    assert paths(storage) == []


def test_only_a_file_of_the_flow_can_be_kept(keeping: Any) -> None:
    """The error says what to pass."""
    page = begin(keeping, title="A", scan=scan())
    with pytest.raises(NotAvailable) as caught:
        play(page, title="A", scan=scan())
    assert str(caught.value) == (
        "self.flow.keep(…) got a ContentFile; pass a file of this flow, one at a time, from form.cleaned_data or "
        "self.answers."
    )


def test_a_page_with_files_cannot_wait_in_a_token() -> None:
    """The error names the step and the cure."""
    with isolated_registry():

        class InToken(TakesFiles):
            name = "tests/files-in-token"
            storage = "token", "database"

        with pytest.raises(MissingAbility) as caught:
            begin(InToken)
    assert str(caught.value) == (
        "Step 'upload' needs holds_files, which the storage 'token' has not; call self.store_in('database') before."
    )


@pytest.mark.db
@pytest.mark.parametrize("status", ["cancelled", "expired"])
def test_staff_end_a_flow_with_its_files(storage: Storage, status: Any) -> None:
    """Both by cancelling and by letting it expire."""
    begin(TakesFiles, title="A", scan=scan())
    assert end_by_staff(Flow, Flow.objects.get().pk, status=status)
    assert paths(storage) == []


@pytest.mark.db
def test_the_purge_takes_the_files_of_a_flow(storage: Storage) -> None:
    """An expired flow goes with all it has."""
    begin(TakesFiles, title="A", scan=scan())
    Flow.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    call_command("wf_sweep", "--only", "purge", stdout=io.StringIO())
    assert not Flow.objects.exists()
    assert (paths(storage), Upload.objects.count()) == ([], 0)


@pytest.mark.db
def test_the_sweeper_finds_what_a_crash_left(storage: Storage) -> None:
    """Files of a flow that has ended, of one that is gone, and those on the list; an open flow's stay."""
    for _ in range(4):
        begin(TakesFiles, title="A", scan=scan())
    ended, gone, listed, _open = Flow.objects.order_by("created_at")
    Flow.objects.filter(pk=ended.pk).update(status="finished")
    Flow.objects.filter(pk=gone.pk).delete()
    Upload.objects.filter(flow=gone.pk).update(keep_until=timezone.now())
    Upload.objects.filter(flow=listed.pk).update(released_at=timezone.now())
    output = io.StringIO()
    call_command("wf_sweep", "--only", "uploads", "--batch-size", "1", stdout=output)
    assert output.getvalue() == "3 files of flows deleted, and 0 that belonged to nobody.\n"
    assert Upload.objects.count() == len(paths(storage)) == 1


def test_the_sweeper_deletes_old_files_that_no_row_knows(settings: Any, tmp_path: Path) -> None:
    """A young one may belong to a round that is on; a folder goes with its last file."""
    backend = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    begin(TakesFiles, title="A", scan=scan())
    old, young = tmp_path / "wfapp/old/a", tmp_path / "wfapp/young/b"
    for path in (old, young):
        path.parent.mkdir()
        path.write_bytes(b"x")
    long_ago = (timezone.now() - timedelta(days=2)).timestamp()
    os.utime(old, (long_ago, long_ago))
    swept = sweep_uploads(timezone.now(), 10)
    assert (swept.uploads, swept.orphans) == (0, 1)
    assert not old.parent.exists()
    assert young.exists()
    assert (tmp_path / Upload.objects.get().path).exists()


def test_a_storage_that_refuses_to_delete_is_asked_again(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row stays on the list, and nobody's path is in the log."""
    page = begin(TakesFiles, title="A", scan=scan())

    def refuse(name: str) -> None:
        raise ConnectionError(name)

    with monkeypatch.context() as broken:
        broken.setattr(storage, "delete", refuse)
        play(play(page), name="Ada")
    assert Upload.objects.exclude(released_at=None).count() == 1
    assert sweep_uploads(timezone.now(), 10).uploads == 1
    assert paths(storage) == []
