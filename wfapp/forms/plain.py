"""Text as a JSON client gets it."""

from __future__ import annotations

import re
from html import unescape

from django.utils.html import strip_tags
from django.utils.safestring import SafeData

__all__ = ["plain", "plain_html"]

_ENDS_OF_BLOCKS = re.compile(r"</(?:li|p|div|h\d)>|<br\s*/?>", re.IGNORECASE)


def plain(text: object) -> str:
    """Turn a label into plain text in the active language; markup is taken out of what is marked safe."""
    words = str(text)
    return plain_html(words) if isinstance(words, SafeData) else words


def plain_html(html: object) -> str:
    """Turn HTML, which Django allows in every help text, into one line of plain text."""
    return " ".join(unescape(strip_tags(_ENDS_OF_BLOCKS.sub(" ", str(html)))).split())
