"""The workflows of accounts, one module each; wfapp finds them here."""

from __future__ import annotations

from project.accounts.workflows.invite import Invite
from project.accounts.workflows.login import Login
from project.accounts.workflows.password import ChangePassword
from project.accounts.workflows.recover import Recover
from project.accounts.workflows.register import Register

__all__ = ["ChangePassword", "Invite", "Login", "Recover", "Register"]
