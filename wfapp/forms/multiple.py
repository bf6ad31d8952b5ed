"""A field that takes several files."""

from __future__ import annotations

from typing import Any

from django.forms import ClearableFileInput, FileField

__all__ = ["MultipleFileField", "MultipleFileInput"]


class MultipleFileInput(ClearableFileInput):
    """Let a person choose several files at once; those that are here already are listed."""

    allow_multiple_selected = True
    template_name = "wfapp/widgets/files.html"


class MultipleFileField(FileField):
    """Take a list of files: ``cleaned_data`` holds a list, empty where nothing was chosen.

    New files take the place of all earlier ones.
    """

    widget = MultipleFileInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Clean each file by itself."""
        if isinstance(data, list | tuple) and data:
            return [super(MultipleFileField, self).clean(item) for item in data]
        found = super().clean(False if data is False else None, initial)
        if not found:
            return []
        return list(found) if isinstance(found, list | tuple) else [found]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether anything was chosen or removed."""
        return not self.disabled and (data is False or bool(data))
