"""The accounts and teams of the demo site; their passwords are public."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ACCOUNTS", "TEAMS", "Account"]


@dataclass(frozen=True, slots=True)
class Account:
    """Describe one account."""

    name: str
    password: str
    mfa: bool = False
    is_staff: bool = False

    @property
    def email(self) -> str:
        """Give the address that its codes go to."""
        return f"{self.name}@example.com"


ACCOUNTS = (
    Account("alice", "lantern-orchard-72"),
    Account("bob", "harbour-violin-38", mfa=True),
    Account("staff", "granite-meadow-95", is_staff=True),
)
TEAMS = ("Editors", "Reviewers", "Translators")
