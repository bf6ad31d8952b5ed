"""The forms of the checkout."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from project.shop.models import Product

__all__ = ["AddressForm", "CardForm", "ItemForm", "TermsForm"]

MIN_DIGITS, MAX_DIGITS = 12, 19


class ProductField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """Offer products with their prices."""

    def label_from_instance(self, obj: Model) -> str:
        """Write a product as on a price tag."""
        return f"{obj}: €{localize(obj.price)}" if isinstance(obj, Product) else str(obj)


class ItemForm(forms.Form):
    """Take one line of the order."""

    product = ProductField(Product.objects.all(), label=_("Product"))
    quantity = forms.IntegerField(label=_("Quantity"), min_value=1, max_value=99, initial=1)
    more = forms.BooleanField(label=_("Something else, too"), required=False)


class AddressForm(forms.Form):
    """Take the address that the order goes to."""

    email = forms.EmailField(label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    street = forms.CharField(
        label=_("Street"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "street-address"})
    )
    city = forms.CharField(
        label=_("City"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "address-level2"})
    )


class CardForm(forms.Form):
    """Take a card's number; a real shop lets the payment server's own page do that."""

    number = forms.CharField(
        label=_("Card number"),
        help_text=_(
            "4242 4242 4242 4242 is charged, 4000 0000 0000 0002 is declined; with 4000 0000 0000 3006 the bank is "
            "slow, with 4000 0000 0000 0507 it fails at first."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "cc-number", "inputmode": "numeric"}),
    )

    def clean_number(self) -> str:
        """Refuse what is no card's number: its digits have a sum to check (ISO/IEC 7812-1, Luhn)."""
        number: str = self.cleaned_data["number"].replace(" ", "")
        if not (number.isascii() and number.isdecimal() and MIN_DIGITS <= len(number) <= MAX_DIGITS):
            raise ValidationError(_("This is no card number."))
        doubled = [sum(divmod(int(digit) * 2, 10)) for digit in number[-2::-2]]
        if (sum(doubled) + sum(map(int, number[-1::-2]))) % 10:
            raise ValidationError(_("This is no card number: check its digits."))
        return number


class TermsForm(forms.Form):
    """Ask for the last word."""

    accept: Any = forms.BooleanField(label=_("I order with an obligation to pay"))
