"""Files of a flow: stored at once, kept over errors, going at the end."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.storage import Storage

from tests.integration.rounds.helpers import begin, play
from tests.uploads import paths, scan
from tests.workflows import TakesFiles
from wfapp import rounds
from wfapp.errors import Stale
from wfapp.forms import initial_values
from wfapp.models import Flow, Upload
from wfapp.rounds.answer import Answer, Caller, Input

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("storage")]

PDF = "data:application/pdf;name=scan.pdf;base64,aGVsbG8="
PAGE = Caller(door="page", browser="b" * 43, transport="cookie")


def values_of(answer: Answer) -> dict[str, Any]:
    """Give what stands in the form of a page, as a client gets it."""
    assert answer.page is not None
    return initial_values(answer.page.form)


def test_a_file_reaches_the_step_and_the_answers(storage: Storage) -> None:
    """It is read in its own step and in a later one, and named as the client named it."""
    page = begin(TakesFiles, title="A", scan=scan())
    assert page.page is not None
    assert page.page.step == "more"
    end = play(play(page), name="Ada")
    assert end.end is not None
    assert end.end.data == {"scan": "scan.pdf", "content": "hello", "names": []}


@pytest.mark.parametrize("value", [PDF, {"name": "scan.pdf", "data": "data:;base64,aGVsbG8"}, scan()])
def test_every_spelling_is_the_same_file(storage: Storage, value: Any) -> None:
    """A data URL, an object with one, and a file of Python."""
    page = begin(TakesFiles, title="A", scan=value)
    assert page.page is not None
    assert page.page.step == "more"
    with storage.open(paths(storage)[0]) as stored:
        assert stored.read() == b"hello"


@pytest.mark.db
def test_the_path_tells_nothing(storage: Storage) -> None:
    """Neither name nor ending of the client's is in it."""
    begin(TakesFiles, title="A", scan=scan(name="secret.html"))
    (path,) = paths(storage)
    flow, name = path.split("/")[1:]
    assert flow == Flow.objects.get().pk.hex
    assert "secret" not in name
    assert "." not in name


def test_a_refused_page_keeps_its_file(storage: Storage) -> None:
    """It comes back with the file, which counts as given from then on."""
    page = begin(TakesFiles, title="bad", scan=scan())
    assert page.rejected
    upload = Upload.objects.get()
    assert values_of(page)["scan"] == f"data:application/pdf;name=scan.pdf;size=5;upload={upload.pk};base64,"
    again = play(page, title="A")
    assert again.page is not None
    assert again.page.step == "more"
    assert paths(storage) == [upload.path]


def test_an_invalid_page_keeps_the_files_of_its_other_fields(storage: Storage) -> None:
    """The form refuses before the step runs."""
    page = begin(TakesFiles, title="x" * 51, scan=scan())
    assert page.page is not None
    assert page.page.errors.keys() == {"title"}
    assert "scan" in values_of(page)


def test_a_refused_first_page_with_a_file_starts_the_flow(storage: Storage) -> None:
    """Else there would be nothing to keep it under; without a file nothing starts."""
    empty = rounds.start(TakesFiles, caller=PAGE, params={}, input=Input(values={"title": "A"}))
    assert empty.rejected
    assert empty.token is None
    assert not Flow.objects.exists()
    page = rounds.start(TakesFiles, caller=PAGE, params={}, input=Input(values={"title": "bad", "scan": scan()}))
    assert page.rejected
    assert page.token is not None
    assert Flow.objects.get().status == "paused"


def test_a_file_that_is_refused_is_not_kept(storage: Storage) -> None:
    """Neither by its limits, nor by its field, nor by its step."""
    page = begin(TakesFiles, title="A", scan=scan(b"x" * 1001))
    assert page.page is not None
    assert page.page.errors == {"scan": "This file is too large: at most 1000\xa0bytes are allowed."}
    page = play(page, title="A", scan=scan(b""))
    assert page.page is not None
    assert page.page.errors == {"scan": "The submitted file is empty."}
    page = play(page, title="infected", scan=scan())
    assert page.page is not None
    assert page.page.errors == {"scan": "It has a virus."}
    assert paths(storage) == []
    page = play(page, title="A")
    assert page.page is not None
    assert page.page.errors == {"scan": "This field is required."}


def test_too_many_files_are_refused(storage: Storage) -> None:
    """The page counts, not the field."""
    begin_with = begin(TakesFiles, title="A", scan=scan())
    page = play(begin_with, scans=[scan()] * 11)
    assert page.page is not None
    assert page.page.errors == {"scans": "Too many files: at most 10 are allowed."}


@pytest.mark.db
def test_a_new_file_takes_the_place_of_the_old_one(storage: Storage) -> None:
    """The old one is deleted after the commit."""
    page = begin(TakesFiles, title="bad", scan=scan(), extra=scan(b"two"))
    play(page, title="bad", scan=scan(b"other"), extra=None)
    assert len(paths(storage)) == 1
    with storage.open(paths(storage)[0]) as stored:
        assert stored.read() == b"other"


def test_several_files_come_and_stay_as_a_list(storage: Storage) -> None:
    """A list names those that stay and brings new ones."""
    page = play(begin(TakesFiles, title="A", scan=scan()), scans=[scan(name="1.pdf"), scan(name="2.pdf")])
    back = play(page, action="wf.back")
    assert (back.page is not None and back.page.step == "last") or back.rejected
    uploads = {upload.name: upload for upload in Upload.objects.all()}
    assert set(uploads) == {"scan.pdf", "1.pdf", "2.pdf"}


def test_going_back_finds_the_file(storage: Storage) -> None:
    """The page is filled in, and passes again as it is."""
    page = play(begin(TakesFiles, title="A", scan=scan()), action="wf.back")
    assert page.page is not None
    assert page.page.step == "upload"
    assert values_of(page)["scan"].startswith("data:application/pdf;name=scan.pdf;size=5;upload=")
    again = play(page, title="A")
    assert again.page is not None
    assert again.page.step == "more"
    assert len(paths(storage)) == 1


def test_a_client_sends_back_what_it_got(storage: Storage) -> None:
    """The data URL without data, or the id alone, keeps the file."""
    page = begin(TakesFiles, title="bad", scan=scan())
    page = play(page, **{**values_of(page), "title": "bad"})
    page = play(page, title="A", scan={"upload": str(Upload.objects.get().pk)})
    assert page.page is not None
    assert page.page.step == "more"


@pytest.mark.db
def test_the_same_post_again_stores_nothing_more(storage: Storage) -> None:
    """Both the accepted and the refused one."""
    first = begin(TakesFiles, title="bad", scan=scan())
    second, again = (play(first, title="bad", scan=scan(b"other")) for _ in range(2))
    assert second.token == again.token
    assert len(paths(storage)) == 1
    assert values_of(again) == values_of(second)
    with pytest.raises(Stale):
        play(first, title="bad", scan=scan(b"third"))


@pytest.mark.db
def test_an_exception_leaves_nothing_and_loses_nothing(storage: Storage) -> None:
    """What the round stored is gone, what it replaced is there."""
    page = begin(TakesFiles, title="bad", scan=scan())
    before = paths(storage)
    with pytest.raises(RuntimeError):
        play(page, title="crash", scan=scan(b"other"))
    assert paths(storage) == before
    assert Upload.objects.get().path == before[0]


@pytest.mark.db
def test_the_end_deletes_the_files(storage: Storage) -> None:
    """After the commit: neither row nor file is left."""
    page = play(begin(TakesFiles, title="A", scan=scan()), scans=[scan()])
    assert len(paths(storage)) == 2
    play(page, name="Ada")
    assert paths(storage) == []
    assert not Upload.objects.exists()
