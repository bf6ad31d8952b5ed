"""The files of a flow on its pages, and the addresses that they have there."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from wfapp import rounds
from wfapp.declaration.workflow import Workflow
from wfapp.errors import InvalidToken
from wfapp.http.cookies import read_token
from wfapp.http.files import file_response
from wfapp.rounds.answer import Answer, Caller
from wfapp.uploads import StoredUpload, file_fields
from wfapp.web.context import address
from wfapp.web.posts import FLOW

__all__ = ["FILE", "give_file", "link_files"]

FILE = "wf_file"
"""The query field that names a file of a flow by its id."""


def give_file(request: HttpRequest, key: str, caller: Caller, workflow: type[Workflow[Any]]) -> HttpResponseBase:
    """Give a file of the flow that the address names to whom it belongs; raises InvalidToken for every other."""
    try:
        upload = uuid.UUID(request.GET[FILE])
    except ValueError:
        raise InvalidToken from None
    token = read_token(request, key, None)
    return file_response(rounds.download(token, upload, caller=caller, workflow=workflow))


def link_files(request: HttpRequest, answer: Answer, key: str) -> None:
    """Give each file of a page its address: it names the flow's cookie, and opens nothing by itself."""
    if answer.page is None:
        return
    shown: list[Any] = [part[name].initial for part, name, _field in file_fields(answer.page.form)]
    for value in (*shown, *(view.files for view in answer.page.answers)):
        for upload in value if isinstance(value, list | tuple) else [value]:
            if isinstance(upload, StoredUpload):
                upload.url = address(request, **{FLOW: key, FILE: str(upload.id)})
