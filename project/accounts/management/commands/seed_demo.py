"""Make the accounts of the demo site."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from project.accounts.demo import ACCOUNTS, TEAMS, Account
from project.accounts.models import SecondFactor

__all__ = ["Command"]


class Command(BaseCommand):
    """Make what is missing and leave alone what is there."""

    help = (
        "Makes the demo accounts and prints them, a line each: name, password. An account that exists is left as it is."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each account once it is there; raises CommandError where DEBUG is off."""
        if not settings.DEBUG:
            raise CommandError("The passwords of the demo accounts are public: seed_demo runs with DEBUG on alone.")
        for account in ACCOUNTS:
            if not User.objects.filter(username=account.name).exists():
                make(account)
            self.stdout.write(f"{account.name} {account.password}")
        for name in TEAMS:
            Group.objects.get_or_create(name=name)


@transaction.atomic
def make(account: Account) -> None:
    """Make one account, with its second factor."""
    user = User(username=account.name, email=account.email, is_staff=account.is_staff, is_superuser=account.is_staff)
    user.set_password(account.password)
    user.save()
    if account.mfa:
        SecondFactor.objects.create(user=user)
