"""A page whose fields depend on what is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

__all__ = ["DeliveryForm"]

COUNTRIES = [("at", _("Austria")), ("ch", _("Switzerland")), ("de", _("Germany"))]
REGIONS = {
    "at": ["Salzburg", "Tirol", "Wien"],
    "ch": ["Bern", "Genève", "Ticino", "Zürich"],
    "de": ["Bayern", "Hamburg", "Sachsen"],
}
REGION_LABELS = {"at": _("State"), "ch": _("Canton"), "de": _("Land")}


class DeliveryForm(forms.Form):
    """Ask where to deliver: the regions are those of the country, and some fields come and go."""

    country = forms.ChoiceField(label=_("Country"), choices=COUNTRIES, initial="de")
    region = forms.ChoiceField(label=_("Region"))
    customs = forms.CharField(label=_("Customs number"), help_text=_("Nine digits"), min_length=9, max_length=9)
    gift = forms.BooleanField(label=_("It is a gift"), required=False)

    class Page:
        title = _("Fields that depend on others")
        description = _(
            "Other fields depend on the country and on the box. Without JavaScript, update the page after a change."
        )

    def prepare(self, passed: Mapping[str, Any], data: Mapping[str, Any]) -> None:
        """Offer the regions of the country, ask for customs abroad, and for a greeting with a gift."""
        country = str(data.get("country"))
        region: Any = self.fields["region"]
        region.choices = [("", _("Choose one")), *((name, name) for name in REGIONS.get(country, ()))]
        region.label = REGION_LABELS.get(country, _("Region"))
        if country != "ch":
            del self.fields["customs"]
        if data.get("gift"):
            self.fields["greeting"] = forms.CharField(
                label=_("Greeting"), max_length=200, widget=forms.Textarea({"rows": 3}), initial=_("All the best!")
            )
