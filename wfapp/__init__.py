"""Wizard workflows for Django: the server decides which page comes next."""

from __future__ import annotations

from wfapp.declaration.context import Context, OpenContext, Params, Secret, Struct
from wfapp.declaration.files import Files
from wfapp.declaration.leaving import Choice, Skip
from wfapp.declaration.limits import Limit
from wfapp.declaration.links import DeviceLink, EmailLink, SmsLink
from wfapp.declaration.order import Break, Continue, If, Include, Parallel, While
from wfapp.declaration.outcomes import Abort, Ask, Finish, Next
from wfapp.declaration.steps import step
from wfapp.declaration.workflow import Workflow

__version__ = "0.1.0"

__all__ = [
    "Abort",
    "Ask",
    "Break",
    "Choice",
    "Context",
    "Continue",
    "DeviceLink",
    "EmailLink",
    "Files",
    "Finish",
    "If",
    "Include",
    "Limit",
    "Next",
    "OpenContext",
    "Parallel",
    "Params",
    "Secret",
    "Skip",
    "SmsLink",
    "Struct",
    "While",
    "Workflow",
    "step",
]
