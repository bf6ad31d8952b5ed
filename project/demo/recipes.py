"""What the front page offers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from project.accounts.workflows import Login
from project.demo.workflows import Fields, Hello
from project.kyc.workflows import Onboard
from project.shop.workflows import PlaceOrder
from wfapp import Workflow

__all__ = ["RECIPES", "Recipe"]


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Present one workflow: the name of the URL of its pages, and what it shows."""

    workflow: type[Workflow[Any]]
    url_name: str
    text: str | Promise
    for_visitors: bool = False
    """Whether its pages send a signed-in person away."""

    @property
    def request_body(self) -> str:
        """Give the JSON that starts it."""
        return json.dumps({"wfid": self.workflow.name})


RECIPES = (
    Recipe(
        workflow=Hello,
        url_name="hello",
        text=_("The smallest workflow: two pages, and the title of the second one greets whoever filled in the first."),
    ),
    Recipe(
        workflow=Login,
        url_name="login",
        for_visitors=True,
        text=_(
            "A password, and for some accounts a code by e-mail: with limits, a resend button that cools down, and a "
            "flow that staff can find in the admin."
        ),
    ),
    Recipe(
        workflow=Onboard,
        url_name="onboard",
        text=_(
            "A model form, a file, rows of owners, and a review by staff days later: whoever handed in comes back from "
            "any device, staff answer from the admin, and the verdict comes by mail."
        ),
    ),
    Recipe(
        workflow=PlaceOrder,
        url_name="checkout",
        text=_(
            "Several lines, an address that can be saved half filled in, a card only where there is something to pay, "
            "and a last look at everything. Back goes back, and a declined card is asked for again."
        ),
    ),
    Recipe(
        workflow=Fields,
        url_name="fields",
        text=_(
            "Every form field that Django has, fields that depend on others and fields that only show: drawn by Django "
            "and described as JSON Schema."
        ),
    ),
)
