"""Accounts by their addresses; an address is compared, stored and written to in small letters."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Q

__all__ = ["account_of", "create_account", "is_taken"]


def is_taken(email: str) -> bool:
    """Tell whether an address has an account, be it a closed one; new accounts have it as their user name, too."""
    return User.objects.filter(Q(email__iexact=email) | Q(username__iexact=email)).exists()


def account_of(email: str) -> User | None:
    """Find the account that may get a new password by mail to an address: open, and with a password of this site's."""
    found = User.objects.filter(email__iexact=email, is_active=True).order_by("pk")
    # A database may find more than was asked for, such as "renee" for "renée", and the mail would go to a stranger.
    return next((user for user in found if user.email.lower() == email and user.has_usable_password()), None)


def create_account(email: str, name: str, password_hash: str) -> User | None:
    """Make the account of an address that was proved; ``None`` where it has one by now."""
    if is_taken(email):
        return None
    try:
        with transaction.atomic():
            return User.objects.create(username=email, email=email, first_name=name, password=password_hash)
    except IntegrityError:  # two flows proved it at the same time
        return None
