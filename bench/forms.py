"""The three pages that every contestant takes a person through, and what is typed into them."""

from __future__ import annotations

from django import forms

__all__ = ["COUNTRIES", "DATA", "AddressForm", "ConfirmForm", "ContactForm"]

COUNTRIES = [("at", "Austria"), ("ch", "Switzerland"), ("de", "Germany"), ("fr", "France")]


class ContactForm(forms.Form):
    """Ask who orders."""

    name = forms.CharField(max_length=100)
    email = forms.EmailField()
    phone = forms.CharField(max_length=30, required=False)

    class Page:
        title = "Who are you?"
        static = True


class AddressForm(forms.Form):
    """Ask where to send it: the page whose post is measured."""

    street = forms.CharField(max_length=100)
    postcode = forms.CharField(max_length=10)
    city = forms.CharField(max_length=60)
    country = forms.ChoiceField(choices=COUNTRIES)

    class Page:
        title = "Where do you live?"
        static = True


class ConfirmForm(forms.Form):
    """Ask for a last word: the page that is answered."""

    note = forms.CharField(max_length=500, required=False, widget=forms.Textarea)
    newsletter = forms.BooleanField(required=False)
    terms = forms.BooleanField()

    class Page:
        title = "Is everything right?"
        static = True


DATA: dict[str, dict[str, str]] = {
    "contact": {"name": "Alice Example", "email": "alice@example.com", "phone": "+43 1 234 567"},
    "address": {"street": "12 Elm Street", "postcode": "1010", "city": "Vienna", "country": "at"},
}
