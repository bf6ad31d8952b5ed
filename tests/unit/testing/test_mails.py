"""What a test reads in a mail."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMessage, send_mail

from wfapp.testing import Letter, Outbox


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Your code is 123456.", "123456"),
        ("https://example.com/?wfs=99999999 is no code, 4711 is", "4711"),
        ("order 12-3456 of 2026/11: 00012", "00012"),
    ],
)
def test_a_code_stands_alone(text: str, code: str) -> None:
    assert Letter(EmailMessage("Code", text, to=["a@b.example"])).code() == code


def test_a_link_ends_where_its_sentence_does() -> None:
    letter = Letter(EmailMessage("Link", "Go to (https://example.com/x/?wfs=a.b-c).", to=["a@b.example"]))
    assert letter.link() == "https://example.com/x/?wfs=a.b-c"
    with pytest.raises(AssertionError, match=r"^<Letter to a@b\.example: Link> has no code in its text\.$"):
        letter.code()


def test_an_outbox_has_what_was_sent_since() -> None:
    send_mail("Before", "", None, ["a@b.example"])
    outbox = Outbox()
    with pytest.raises(AssertionError, match=r"^No mail was sent since this walk began\.$"):
        outbox.code()
    send_mail("First", "1111", None, ["a@b.example"])
    send_mail("Second", "2222", None, ["c@d.example"])
    assert [letter.subject for letter in outbox] == ["First", "Second"]
    assert (len(outbox), outbox[0].to, outbox[-1].text, outbox.code()) == (2, ["a@b.example"], "2222", "2222")
