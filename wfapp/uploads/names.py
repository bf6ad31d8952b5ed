"""What a client says about a file, made harmless: its name and its type."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["UNKNOWN_TYPE", "clean_name", "clean_type"]

UNKNOWN_TYPE = "application/octet-stream"

LONGEST = 150
"""How many characters of a name are kept; of its suffix at most 20."""

_LONGEST_SUFFIX = 20
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}", re.ASCII)


def clean_name(name: object) -> str:
    """Give a file's name as people may see it: no folder, nothing invisible, 150 characters at most.

    Characters of the categories C (controls, directions of writing, surrogates) could show ``exe.jpg`` for ``gpj.exe``.
    """
    text = unicodedata.normalize("NFC", str(name or "").encode(errors="replace").decode())
    text = re.split(r"[/\\]", text)[-1]
    visible = "".join(char for char in text if unicodedata.category(char)[0] != "C").strip(" .")
    stem, dot, suffix = visible.rpartition(".")
    if not stem or len(suffix) > _LONGEST_SUFFIX:
        return visible[:LONGEST] or "file"
    return stem[: LONGEST - len(suffix) - 1] + dot + suffix


def clean_type(content_type: object) -> str:
    """Give a media type without its parameters; one that is none is ``application/octet-stream``."""
    text = str(content_type or "").partition(";")[0].strip().lower()
    return text if _TYPE.fullmatch(text) else UNKNOWN_TYPE
