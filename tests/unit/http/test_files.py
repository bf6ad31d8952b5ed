"""A file of a flow as a response."""

from __future__ import annotations

import gc
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.signals import request_finished
from django.http import FileResponse

from wfapp.errors import InvalidToken
from wfapp.http.files import file_response
from wfapp.models import Upload
from wfapp.uploads import StoredUpload


@pytest.fixture
def finished() -> Iterator[list[Any]]:
    """List the requests that were said to be finished; nothing else hears of them."""
    heard: list[Any] = []

    def hear(sender: Any, **kwargs: Any) -> None:
        heard.append(sender)

    receivers, request_finished.receivers = request_finished.receivers, []
    request_finished.sender_receivers_cache.clear()
    request_finished.connect(hear)
    yield heard
    request_finished.receivers = receivers
    request_finished.sender_receivers_cache.clear()


def stored(content_type: str = "text/html") -> StoredUpload:
    path = storages["default"].save("wfapp/test", ContentFile(b"<script>"))
    return StoredUpload(Upload(id=uuid.uuid4(), path=path, name="a.html", content_type=content_type, size=8))


def test_a_request_is_finished_once(finished: list[Any]) -> None:
    """Whoever closes the file later must not end the request of whatever thread that happens in."""
    upload = stored()
    response = file_response(upload)
    assert isinstance(response, FileResponse)
    # What Django's WSGIHandler does for a server that has a file wrapper.
    response.file_to_stream.close = response.close
    assert response.getvalue() == b"<script>"
    response.file_to_stream.close()
    assert len(finished) == 1
    upload.close()
    again = stored()
    again.read()
    again.close()
    del upload
    gc.collect()
    assert len(finished) == 1


def test_what_is_no_picture_is_a_download_of_no_type(finished: list[Any]) -> None:
    """A page of HTML that somebody uploaded is not shown under this site's name."""
    response = file_response(stored())
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="a.html"'
    assert response["Content-Length"] == "8"
    response.close()


def test_a_file_that_is_gone() -> None:
    """The storage has lost it."""
    upload = StoredUpload(Upload(id=uuid.uuid4(), path="wfapp/nowhere", name="a", content_type="image/png", size=1))
    with pytest.raises(InvalidToken):
        file_response(upload)
