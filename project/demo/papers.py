"""A page that takes files."""

from __future__ import annotations

from django import forms
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _

from wfapp import Files
from wfapp.forms import MultipleFileField

__all__ = ["PapersForm"]

LIMITS = Files(max_size=1024**2, max_count=4)


class PapersForm(forms.Form):
    """Ask for one file, and for more where there are some; what was chosen is kept over errors."""

    letter = forms.FileField(
        label=_("A letter"),
        help_text=_("A PDF or a text, at most 1 MB."),
        validators=[FileExtensionValidator(["pdf", "txt"])],
        widget=forms.ClearableFileInput({"accept": ".pdf,.txt"}),
    )
    pictures = MultipleFileField(label=_("Pictures"), help_text=_("Up to three, at most 1 MB each."), required=False)

    class Page:
        title = _("Files")
        description = _("They stay with this flow over errors and a way back, and are deleted at its end.")
        files = LIMITS
