"""The pages of an onboarding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext_lazy as _

from project.kyc.models import Company

if TYPE_CHECKING:
    CompanyModelForm = forms.ModelForm[Company]
    OwnerRows = BaseFormSet["OwnerForm"]
else:
    CompanyModelForm, OwnerRows = forms.ModelForm, BaseFormSet

__all__ = ["CompanyForm", "ExtractForm", "OwnerFormSet", "ReviewForm"]

WHOLE = 100


class CompanyForm(CompanyModelForm):
    """Take what the register says."""

    class Meta:
        model = Company
        fields = ["name", "register_number", "country"]


class ExtractForm(forms.Form):
    """Take the extract itself."""

    extract = forms.FileField(label=_("Extract from the register"), help_text=_("A scan or a photo, at most 5 MB."))


class OwnerForm(forms.Form):
    """Take one owner."""

    name = forms.CharField(label=_("Name"), max_length=120)
    share = forms.IntegerField(label=_("Share in percent"), min_value=1, max_value=WHOLE)


class BaseOwnerFormSet(OwnerRows):
    """See to it that the shares make a whole."""

    def clean(self) -> None:
        """Refuse shares of more than a hundred percent together."""
        rows = [row for row in self.forms if row.is_valid() and row not in self.deleted_forms]
        if sum(row.cleaned_data.get("share", 0) for row in rows) > WHOLE:
            raise ValidationError(_("The shares are more than 100 percent together."))


OwnerFormSet: Any = forms.formset_factory(
    OwnerForm, formset=BaseOwnerFormSet, min_num=1, validate_min=True, max_num=10, extra=0, can_delete=True
)


class ReviewForm(forms.Form):
    """Take the word of staff."""

    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=[("approved", _("Approve")), ("refused", _("Refuse"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=1_000
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where the answer is no."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("verdict") == "refused" and not cleaned.get("reason"):
            raise ValidationError({"reason": _("Say why, so that they can do better.")})
        return cleaned
