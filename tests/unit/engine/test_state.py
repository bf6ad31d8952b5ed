"""What a state shows of itself: an error report prints the variables of every frame."""

from __future__ import annotations

from django.utils import timezone

from wfapp import EmailLink
from wfapp.engine.state import Last
from wfapp.rounds.links import sent_by
from wfapp.rounds.verdict import Verdict

TO = "ann@example.com"
SHOWN = {"url": "https://site.example/?wfs=link.secret.0", "expires_at": ""}


def test_an_address_is_not_shown() -> None:
    """Neither by what the step returned, nor by what is remembered of it."""
    link = EmailLink(TO, "flows/mail/invite")
    assert TO not in repr(link)
    assert repr(sent_by(link, timezone.now())) == "<Sent by email, 1 times>"


def test_a_link_that_is_shown_to_the_person_is_shown_to_nobody_else() -> None:
    """It opens their flow."""
    assert repr(Last(digest="x", device=SHOWN)) == "<Last answer>"
    assert "secret" not in repr(Verdict(shown=SHOWN))
