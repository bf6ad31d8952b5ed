"""The pages of accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm, SetPasswordMixin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from project.accounts.models import Role

__all__ = [
    "AccountForm",
    "AddressForm",
    "CodeForm",
    "CurrentPasswordForm",
    "InviteForm",
    "PasswordForm",
    "RegisterForm",
]


class PasswordForm(AuthenticationForm):
    """Ask for a name and a password; Django hashes one password for a name that nobody has, too."""

    class Page:
        title = _("Sign in")
        submit = _("Continue")

    def clean_username(self) -> str:
        """Take an address in any spelling: accounts that have one as their name have it in small letters."""
        name: str = self.cleaned_data["username"]
        return name.lower() if "@" in name else name

    def confirm_login_allowed(self, user: User) -> None:
        """Refuse an account under another spelling of its name."""
        super().confirm_login_allowed(user)
        # MariaDB finds "alice" for "álice" too: each spelling would have guesses of its own.
        if user.get_username().casefold() != self.cleaned_data["username"].casefold():
            raise self.get_invalid_login_error()


class CodeForm(forms.Form):
    """Ask for the code that was mailed."""

    code = forms.CharField(
        label=_("Code"),
        min_length=6,
        max_length=6,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )

    class Page:
        passes = ["email"]
        title = _("Enter the code sent to {{ ctx.email|default:'your email' }}")
        submit = _("Verify code")
        label = _("Enter the code")


class AddressForm(forms.Form):
    """Ask for an e-mail address; it is short enough for a user name."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=150,
        widget=forms.EmailInput({"autocomplete": "email", "autofocus": True}),
    )

    def clean_email(self) -> str:
        """Write it in small letters."""
        return str(self.cleaned_data["email"]).lower()


class AccountForm(SetPasswordMixin, forms.Form):  # type: ignore[type-arg]  # it takes one in its stubs alone
    """Ask for a name and a new password, which must not be like the name or the address."""

    name = forms.CharField(label=_("Your name"), max_length=150, widget=forms.TextInput({"autocomplete": "name"}))
    password1, password2 = SetPasswordMixin.create_password_fields()

    def __init__(self, *args: Any, email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = email

    def clean(self) -> None:
        """Run the site's password validators."""
        super().clean()
        self.validate_passwords()
        email, name = self.cleaned_data.get("email", self.address), self.cleaned_data.get("name", "")
        self.validate_password_for_user(User(username=email, email=email, first_name=name))


class RegisterForm(AddressForm, AccountForm):
    """Ask for all that an account needs."""

    field_order = ["email"]


class CurrentPasswordForm(forms.Form):
    """Ask somebody who is signed in for their password."""

    password = forms.CharField(
        label=_("Your present password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Compare it."""
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise ValidationError(_("This is not your password."), code="password_incorrect")
        return password


class InviteForm(AddressForm):
    """Ask who is invited, and as what."""

    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect, initial=Role.MEMBER)

    def __init__(self, *args: Any, inviter: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Nobody hands out more than they have.
        roles = [role for role in Role if role is not Role.STAFF or inviter.is_superuser]
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]
