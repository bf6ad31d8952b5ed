"""Fields that take files: data URLs, or files as they are."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.forms import Field, FileField, Widget
from django.utils.translation import gettext_lazy as _

from wfapp.forms.kinds.base import Json, Kind, WrongType, kind_for
from wfapp.forms.posting import Posted
from wfapp.uploads import KeptUpload, Reference, StoredUpload, clean_name, clean_type, parse_data_url, reference_url

__all__ = ["Upload"]

CLEAR = "-clear"


@kind_for(FileField)
class Upload(Kind):
    """Carry a file as a data URL; one that the flow has is named by its id, and null removes it."""

    def schema(self, field: Field, widget: Widget) -> Json:
        one: Json = {"type": "string", "format": "data-url"}
        return {"type": "array", "items": one} if _takes_several(widget) else one

    def prepare(self, field: Field, initial: Any) -> Any:
        return initial

    def encode(self, field: Field, widget: Widget, value: Any) -> object:
        uploads = [item for item in (value if isinstance(value, list) else [value]) if _is_known(item)]
        urls = [reference_url(upload) for upload in uploads]
        return (urls if _takes_several(widget) else urls[-1]) if urls else None

    def decode(self, field: Field, widget: Widget, name: str, value: object) -> Posted:
        if value is None or value == []:
            return {name: [], f"{name}{CLEAR}": ["on"]}
        if not _takes_several(widget):
            return {name: [_file(value)]}
        if not isinstance(value, list | tuple):
            raise WrongType(_("a list of files"))
        return {name: [_file(item) for item in value]}


def _takes_several(widget: Widget) -> bool:
    return bool(getattr(widget, "allow_multiple_selected", False))


def _is_known(value: Any) -> bool:
    return isinstance(value, StoredUpload | KeptUpload)


def _file(value: object) -> File[Any] | Reference:
    """Read one file; raises WrongType."""
    if isinstance(value, UploadedFile):
        return value
    if isinstance(value, File):
        content_type = clean_type(getattr(value, "content_type", ""))
        return UploadedFile(value, clean_name(value.name), content_type, value.size)
    name: object = ""
    if isinstance(value, Mapping):
        if set(value) == {"upload"} and isinstance(value["upload"], str):
            return _reference(value["upload"])
        if set(value) != {"name", "data"} or not isinstance(value["name"], str):
            raise WrongType(_FILE)
        name, value = value["name"], value["data"]
    if not isinstance(value, str):
        raise WrongType(_FILE)
    try:
        url = parse_data_url(value)
    except ValueError:
        raise WrongType(_FILE) from None
    if url.upload is not None:
        return Reference(url.upload)
    return UploadedFile(ContentFile(url.data), clean_name(name or url.name), url.content_type, len(url.data))


def _reference(text: str) -> Reference:
    try:
        return Reference(uuid.UUID(text))
    except ValueError:
        raise WrongType(_FILE) from None


_FILE = _("a file, as a data URL")
