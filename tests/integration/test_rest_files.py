"""Files on the wire: data URLs in, the bytes out, and nothing of another flow."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.storage import Storage
from django.test import Client

from tests.integration.rest_samples import JSON, send, submit
from tests.uploads import paths
from tests.workflows import TakesFiles
from wfapp.models import Flow, Upload
from wfapp.rest.body import MAX_BODY, MAX_FILES_BODY

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.integration.rest_samples"),
    pytest.mark.usefixtures("storage"),
]

PDF = "data:application/pdf;name=scan.pdf;base64,aGVsbG8="


@pytest.fixture(autouse=True)
def exposed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the endpoint play the workflow."""
    monkeypatch.setattr(TakesFiles, "exposed", True)


def begin(client: Client, **fields: Any) -> Any:
    """Start a flow with an answer to its first page."""
    return send(client, {"wfid": "tests/files", "input": {"formData": fields}})


def view_of(response: Any) -> Any:
    """Return what a page shows."""
    return response.json()["inputRequired"]["view"]


def error_of(response: Any) -> tuple[int, str]:
    """Return status and message of a fault."""
    return response.status_code, response.json()["error"]["message"]


def test_a_page_tells_which_file_it_has(client: Client) -> None:
    """Its name, type and size, in the place of the value that keeps it; never a path."""
    page = begin(client, title="bad", scan=PDF)
    upload = Upload.objects.get()
    assert view_of(page)["initial"] == {
        "title": "bad",
        "scan": f"data:application/pdf;name=scan.pdf;size=5;upload={upload.pk};base64,",
    }
    assert upload.path not in page.content.decode()


def test_what_stands_in_the_form_can_be_sent_back(client: Client) -> None:
    """Absent, as the data URL, or by its id; null takes it out."""
    page = begin(client, title="bad", scan=PDF, extra=PDF)
    kept = view_of(page)["initial"]
    page = send(client, submit(page.json()["wfs"], **kept))
    page = send(client, submit(page.json()["wfs"], title="bad", extra=None))
    assert view_of(page)["initial"].keys() == {"title", "scan"}
    upload = str(Upload.objects.get().pk)
    page = send(client, submit(page.json()["wfs"], title="A", scan={"upload": upload}))
    assert view_of(page)["step"] == "more"
    page = send(client, submit(page.json()["wfs"], scans=[PDF, {"name": "b.txt", "data": "data:,b"}]))
    assert view_of(page)["step"] == "last"
    end = send(client, submit(page.json()["wfs"], name="Ada")).json()
    assert end["data"] == {"scan": "scan.pdf", "content": "hello", "names": ["scan.pdf", "b.txt"]}


@pytest.mark.parametrize(
    "value",
    [
        "hello",
        "data:;base64,???",
        "data:;base64,a",
        "data:" + "x" * 5000 + ",",
        "data:;upload=nonsense;base64,",
        7,
        True,
        [],
        [PDF],
        {},
        {"upload": 3},
        {"upload": "nonsense"},
        {"data": PDF},
        {"name": 1, "data": PDF},
        {"name": "a", "data": PDF, "path": "/etc/passwd"},
        {"name": "a", "data": None},
    ],
)
def test_what_is_no_file_is_refused(client: Client, value: object) -> None:
    """In words, and nothing is stored; an empty list is no file at all."""
    response = begin(client, title="A", scan=value)
    if value == []:
        assert response.json()["inputRequired"]["context"]["errors"] == {"scan": "This field is required."}
        return
    assert error_of(response) == (400, "scan: expected a file, as a data URL.")
    assert not Upload.objects.exists()


def test_a_file_where_text_is_expected_is_text(client: Client) -> None:
    """It is too long for its field, and no file."""
    response = begin(client, title=PDF + "x" * 50, scan=PDF)
    assert "at most 50 characters" in response.json()["inputRequired"]["context"]["errors"]["title"]


def test_a_file_of_another_flow_is_out_of_reach(client: Client) -> None:
    """Neither kept by its id nor given."""
    begin(client, title="bad", scan=PDF)
    foreign = str(Upload.objects.get().pk)
    mine = begin(client, title="bad")
    refused = send(client, submit(mine.json()["wfs"], title="A", scan={"upload": foreign}))
    assert error_of(refused) == (400, "This page has no file of that id: send the file itself.")
    given = client.post(f"/wf/files/{foreign}/", json.dumps({"wfs": mine.json()["wfs"]}), content_type=JSON)
    assert given.status_code == 410


def test_a_file_is_given_for_its_token(client: Client) -> None:
    """The token stands in the body, never in an address."""
    page = begin(client, title="bad", scan=PDF).json()
    address = f"/wf/files/{Upload.objects.get().pk}/"
    given: Any = client.post(address, json.dumps({"wfs": page["wfs"]}), content_type=JSON)
    assert (given.status_code, b"".join(given.streaming_content)) == (200, b"hello")
    assert given.headers["Content-Disposition"] == 'attachment; filename="scan.pdf"'
    assert given.headers["Cache-Control"] == "no-store"
    for body in ({"wfid": "tests/files"}, {"wfs": page["wfs"], "input": {"formData": {}}}):
        assert client.post(address, json.dumps(body), content_type=JSON).status_code == 400
    assert client.get(address).status_code == 405


def test_nothing_is_given_after_the_end(client: Client, storage: Storage) -> None:
    """The file is gone then, with its row."""
    page = begin(client, title="A", scan=PDF).json()
    address = f"/wf/files/{Upload.objects.get().pk}/"
    page = send(client, submit(page["wfs"])).json()
    page = send(client, submit(page["wfs"], name="Ada"))
    assert client.post(address, json.dumps({"wfs": "x"}), content_type=JSON).status_code == 410
    assert paths(storage) == []


def test_a_large_body_is_read_for_files_alone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a workflow that takes some: neither for another one, nor for text, nor for many values."""
    large = "data:;base64," + "A" * (2 * MAX_BODY)
    page = begin(client, title="A", scan=large)
    assert page.json()["inputRequired"]["context"]["errors"].keys() == {"scan"}  # over the page's own limit
    many = {"wfid": "tests/files", "input": {"formData": {"title": "A", "x": [1] * (2 * MAX_BODY)}}}
    for body in (
        {"wfid": "rest/order", "input": {"formData": {"name": large}}},
        {"wfid": "tests/files", "input": {"formData": {"title": large}}},
        {"wfid": "tests/files", "params": {"x": large}},
        many,
    ):
        response = send(client, body)
        assert error_of(response) == (413, "This request is too large.")
    flow = send(client, {"wfid": "rest/order"}).json()["wfs"]
    assert send(client, submit(flow, name=large)).status_code == 413
    assert send(client, {"wfid": "tests/files", "params": {"x": "A" * MAX_FILES_BODY}}).status_code == 413
    monkeypatch.setattr(TakesFiles, "exposed", False)
    assert send(client, {"wfid": "tests/files", "params": {"x": large}}).status_code == 413


def test_thousands_of_files_are_refused_in_words(client: Client, storage: Storage) -> None:
    """And none of them is stored."""
    page = begin(client, title="A", scan=PDF).json()
    page = send(client, submit(page["wfs"], scans=["data:,a"] * 5000))
    errors = page.json()["inputRequired"]["context"]["errors"]
    assert errors == {"scans": "Too many files: at most 10 are allowed."}
    assert len(paths(storage)) == 1


def test_no_path_and_no_name_reaches_a_log_or_a_repr(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    """A name may say more than its owner wants; a path is nobody's business."""
    begin(client, title="bad", scan=PDF.replace("scan.pdf", "diagnosis.pdf"))
    upload = Upload.objects.get()
    assert "diagnosis" not in str(upload) + repr(upload) + caplog.text
    assert upload.path not in str(upload) + repr(upload) + caplog.text
    assert Flow.objects.get().status == "paused"
