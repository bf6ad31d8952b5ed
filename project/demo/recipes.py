"""What the front page offers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from project.accounts.workflows import ChangePassword, Invite, Login, Recover, Register
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
    def smooth_url_name(self) -> str:
        """Name the URL of the same pages with smooth rounds."""
        return f"smooth-{self.url_name}"

    @property
    def asks_sign_in(self) -> bool:
        """Tell whether its pages send an anonymous person to the sign-in first."""
        return self.workflow.login_required or bool(self.workflow.permission_required)

    @property
    def is_for_staff(self) -> bool:
        """Tell whether it asks for a permission."""
        return bool(self.workflow.permission_required)

    @property
    def request_body(self) -> str:
        """Give the JSON that starts it."""
        return json.dumps({"wfid": self.workflow.name})


RECIPES = (
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
        workflow=Register,
        url_name="register",
        for_visitors=True,
        text=_(
            "An address that a mailed code proves. The pages are the same whether or not it has an account already: "
            "only its mailbox tells."
        ),
    ),
    Recipe(
        workflow=Recover,
        url_name="recover",
        for_visitors=True,
        text=_(
            "A mailed link, opened in whichever browser, and a new password. A known and an unknown address get the "
            "same answer; other sessions end."
        ),
    ),
    Recipe(
        workflow=ChangePassword,
        url_name="password",
        text=_(
            "The present password once more, with the limits of the sign-in, then a new one. Other sessions end, and a "
            "mail tells of it."
        ),
    ),
    Recipe(
        workflow=Invite,
        url_name="invite",
        text=_(
            "Staff say who and as what; the account is made by whoever opens the link, in another browser, within a "
            "week. The newest link wins."
        ),
    ),
    Recipe(
        workflow=PlaceOrder,
        url_name="checkout",
        text=_(
            "Several lines, an address that can be saved half filled in, a card only where there is something to pay, "
            "and a last look at everything. The stock is held meanwhile and comes back from whoever leaves; a declined "
            "card is asked for again; the parcel is packed while you watch."
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
        workflow=Fields,
        url_name="fields",
        text=_(
            "Every form field that Django has, fields that depend on others, rows, files and fields that only show: "
            "drawn by Django and described as JSON Schema."
        ),
    ),
    Recipe(
        workflow=Hello,
        url_name="hello",
        text=_("The smallest workflow: two pages, and the title of the second one greets whoever filled in the first."),
    ),
)
