"""A channel sends, or raises."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core import mail

from wfapp.errors import DeliveryError
from wfapp.links.channels import ConsoleSms, EmailChannel, Letter, SmsChannel

PK = uuid.UUID(int=7)


def letter(**values: str) -> Letter:
    return Letter(id=PK, message_id="<7@site.example>", purpose="x", text="Hi", **{"to": "ann@example.com", **values})


def test_a_mail_has_its_name_and_says_that_a_machine_wrote_it() -> None:
    """So that a second copy is known, and nobody's holiday answers it."""
    EmailChannel().send(letter(subject="Hello", html="<b>Hi</b>"))
    message = mail.outbox[0].message()
    assert message["Message-ID"] == "<7@site.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert mail.outbox[0].alternatives[0].mimetype == "text/html"  # type: ignore[attr-defined]


def test_a_mail_without_html_is_plain() -> None:
    """No empty part."""
    EmailChannel().send(letter(subject="Hello"))
    assert mail.outbox[0].message().get_content_type() == "text/plain"


def test_a_backend_that_sent_nothing_has_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some say so instead of raising."""
    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", lambda *args: 0)
    with pytest.raises(DeliveryError, match="0 sent"):
        EmailChannel().send(letter())


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://shop.example", "shop.example"),
        ("http://127.0.0.1:8000", "127.0.0.1"),
        ("http://[::1]:8000", "[IPv6:::1]"),
    ],
)
def test_a_message_id_has_the_domain_of_the_site(settings: Any, url: str, domain: str) -> None:
    """Not that of the machine."""
    settings.WFAPP = {**settings.WFAPP, "SITE_URL": url}
    assert EmailChannel().message_id(PK) == f"<{PK.hex}@{domain}>"


@pytest.mark.parametrize("to", ["", "ann", "12", "+1 555 123 4567 8901 2345", "0170\n1"])
def test_what_is_no_number_is_refused(to: str) -> None:
    """Spaces, brackets, dots, slashes and dashes are left out of what is one."""
    with pytest.raises(ValueError, match=r"^$"):
        ConsoleSms().clean_recipient(to)
    assert ConsoleSms().clean_recipient("+49 (170) 12-34.56/7") == "+491701234567"


def test_a_text_message_on_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    """For development."""
    assert issubclass(ConsoleSms, SmsChannel)
    ConsoleSms().send(letter(to="+4917012"))
    assert capsys.readouterr().err == "SMS to +4917012: Hi\n"
