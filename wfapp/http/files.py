"""A file of a flow as a response that cannot do any harm in the browser."""

from __future__ import annotations

from typing import Any

from django.core.files.base import File
from django.http import FileResponse, HttpResponseBase

from wfapp.errors import InvalidToken
from wfapp.uploads import StoredUpload

__all__ = ["SHOWN_INLINE", "file_response"]

SHOWN_INLINE = {"image/gif", "image/jpeg", "image/png", "image/webp"}
"""What a browser may show in its place: pictures that hold no script. An SVG does."""


def file_response(upload: StoredUpload) -> HttpResponseBase:
    """Answer with a file; raises InvalidToken where the storage has lost it.

    Its type is what the client said, so only pictures keep theirs, and ``nosniff`` holds the browser to it; all else is
    a download of no type at all. The sandbox stays for what a browser may do with it nevertheless.
    """
    try:
        # Under a server with a file wrapper Django puts response.close() in the place of the file's: whoever closes it
        # later ends a request in its own thread, and with it the database connection. So it gets a file of its own.
        content: File[Any] = File(upload.detach())
    except OSError:
        raise InvalidToken from None
    inline = upload.content_type in SHOWN_INLINE
    content_type = upload.content_type if inline else "application/octet-stream"
    response = FileResponse(
        content, as_attachment=not inline, filename=upload.name or "file", content_type=content_type
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response
