"""The files of flows: stored at once, kept over errors, deleted at the end."""

from __future__ import annotations

from wfapp.uploads.data_urls import DataUrl, parse_data_url, reference_url
from wfapp.uploads.desk import Desk, place_of
from wfapp.uploads.fields import any_exposed_takes_files, file_fields, takes_files, workflow_takes_files
from wfapp.uploads.kept import KeptUpload
from wfapp.uploads.names import clean_name, clean_type
from wfapp.uploads.shelf import release_flow, release_flows, undone_on_error
from wfapp.uploads.stored import StoredUpload, StoredUploads
from wfapp.uploads.sweep import Swept, sweep_uploads
from wfapp.uploads.tray import Reference, Tray

__all__ = [
    "DataUrl",
    "Desk",
    "KeptUpload",
    "Reference",
    "StoredUpload",
    "StoredUploads",
    "Swept",
    "Tray",
    "any_exposed_takes_files",
    "clean_name",
    "clean_type",
    "file_fields",
    "parse_data_url",
    "place_of",
    "reference_url",
    "release_flow",
    "release_flows",
    "sweep_uploads",
    "takes_files",
    "undone_on_error",
    "workflow_takes_files",
]
