"""A page that shows more than it asks."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from wfapp.fields import Copyable, Paragraph, QRCode

__all__ = ["NoteDownForm"]


class NoteDownForm(forms.Form):
    """Show a key as a QR code and codes to copy, and ask whether they were noted down."""

    intro = Paragraph(text=_("A text, a code to scan and texts to copy: nothing of them is sent back."))
    made_on = Paragraph(source="made_on", label=_("Made on"))
    uri = QRCode(source="uri", label=_("Scan this"), help_text=_("It opens nothing: the key was made for this page."))
    number = Copyable(source="number", label=_("Order number"))
    codes = Copyable(source="codes", label=_("Recovery codes"))
    noted = forms.BooleanField(label=_("I have noted them down"))

    class Page:
        passes = ["made_on", "number"]
        reveals = ["uri", "codes"]
        title = _("Fields that only show")
