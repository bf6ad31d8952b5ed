"""Fields for the forms of a workflow that Django has not: they show, and take nothing."""

from __future__ import annotations

from wfapp.declaration.display import Copyable, Display, Paragraph, QRCode

__all__ = ["Copyable", "Display", "Paragraph", "QRCode"]
