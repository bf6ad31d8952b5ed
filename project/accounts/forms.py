"""The pages of signing in."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

__all__ = ["CodeForm", "PasswordForm"]


class PasswordForm(AuthenticationForm):
    """Ask for a name and a password; Django hashes one password for a name that nobody has, too."""

    class Page:
        title = _("Sign in")
        submit = _("Continue")

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
