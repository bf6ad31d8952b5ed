"""A message is made of templates that see what is passed, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.template import TemplateDoesNotExist

from wfapp.declaration.outgoing import Call, Send
from wfapp.errors import NotSendable
from wfapp.links.compose import compose


@pytest.fixture
def write(settings: Any, tmp_path: Path) -> Any:
    """Return a function that writes the templates of a message."""
    settings.TEMPLATES = [{**django_settings.TEMPLATES[0], "DIRS": [tmp_path]}]

    def written(**texts: str) -> Send:
        for name, text in {"_subject.txt": "Hello", ".txt": "Good day", **texts}.items():
            (tmp_path / f"it{name}").write_text(text)
        return asked()

    return written


def asked(**options: Any) -> Send:
    given: dict[str, Any] = {"channel": "email", "to": "ann@example.com", "template": "it", "step": "ask"}
    return Send(**{**given, "passes": ("name", "empty"), "passed": {"name": "<Ann>\n"}, **options})


def test_texts_are_not_escaped_and_html_is(write: Any) -> None:
    """Each as its reader needs it."""
    made = compose(write(**{".txt": "{{ ctx.name }}", ".html": "{{ ctx.name }}"}))
    assert (made.text, made.html) == ("<Ann>", "&lt;Ann&gt;\n")
    assert type(made.text) is str


def test_a_subject_is_one_line(write: Any) -> None:
    """No value begins another header."""
    assert compose(write(**{"_subject.txt": "Hello {{ ctx.name }}Bcc: x@example.com\n"})).subject == (
        "Hello <Ann> Bcc: x@example.com"
    )


def test_a_key_that_is_not_passed_is_refused(write: Any) -> None:
    """By name, with the legal ones."""
    with pytest.raises(NotSendable) as caught:
        compose(write(**{".txt": "{{ ctx.secret }}"}))
    assert str(caught.value) == (
        "Step 'ask': 'it' reads ctx.secret, which its step does not pass; legal are empty, name; add it to passes, or "
        "hand it over with extra."
    )


def test_a_passed_key_without_a_value_is_empty(write: Any) -> None:
    """As in a page's text; and the context is nothing to walk over."""
    made = compose(write(**{".txt": "[{{ ctx.empty }}{{ ctx }}{% for key in ctx %}{{ key }}{% endfor %}]"}))
    assert made.text == "[]"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"channel": "fax"},
            "Step 'ask': 'it' names the channel 'fax', which is none; legal are email, failing, sms, webhook.",
        ),
        ({"to": "ann"}, "Step 'ask': 'it' is to go to what is no address of the channel 'email'."),
        ({"to": "a@b.example\nBcc: x"}, "Step 'ask': 'it' is to go to what is no address of the channel 'email'."),
        ({"channel": "sms"}, "Step 'ask': 'it' is to go to what is no address of the channel 'sms'."),
        ({"template": "none"}, "Step 'ask': 'none' has no template 'none_subject.txt'; write it."),
    ],
)
def test_what_cannot_be_sent_names_the_step_and_no_address(write: Any, options: Any, message: str) -> None:
    """The address is somebody's."""
    write()
    with pytest.raises(NotSendable) as caught:
        compose(asked(**options))
    assert str(caught.value) == message
    assert isinstance(caught.value.__context__, TemplateDoesNotExist | None)


def test_an_empty_subject_is_refused(write: Any) -> None:
    """A mail without one is a mistake."""
    with pytest.raises(NotSendable, match=r"^Step 'ask': 'it' has an empty subject\.$"):
        compose(write(**{"_subject.txt": "\n"}))


def test_a_mail_needs_the_address_of_the_site(write: Any, settings: Any) -> None:
    """It is never taken from a request."""
    settings.WFAPP = {**settings.WFAPP, "SITE_URL": ""}
    with pytest.raises(NotSendable, match=r"set WFAPP\['SITE_URL'\] to the address of the site\.$"):
        compose(write())


@pytest.mark.parametrize(("language", "text"), [("de", "Ja"), ("de-at", "Ja"), ("", "Yes"), ("xx", "Yes")])
def test_it_is_written_in_the_language_of_its_reader(write: Any, language: str, text: str) -> None:
    """One that the site does not speak gives way to its own."""
    write(**{".txt": '{% load i18n %}{% translate "Yes" %}'})
    assert compose(asked(language=language)).text == text


def test_a_channel_may_have_a_text_of_its_own(write: Any) -> None:
    """A short one; without a subject."""
    write(**{"_sms.txt": "Short"})
    made = compose(asked(channel="sms", to="0170 1234567"))
    assert (made.to, made.subject, made.text) == ("01701234567", "", "Short")


def test_nothing_shows_an_address_or_a_value(write: Any) -> None:
    """Not what was asked for, nor what was made."""
    sending = write()
    call = Call(url="https://hooks.example/s3cret", payload={"a": "s3cret"}, event="a.b", step="ask")
    for shown in map(repr, (sending, compose(sending), call, compose(call))):
        assert not [value for value in ("ann@", "Good day", "Ann", "s3cret") if value in shown]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://elsewhere.example/x?key=s3cret", "https://elsewhere.example is no origin of WFAPP['WEBHOOK_KEYS']"),
        ("http://hooks.example/", "http://hooks.example is no origin of WFAPP['WEBHOOK_KEYS']"),
        ("https://hooks.example:8443/", "https://hooks.example:8443 is no origin of WFAPP['WEBHOOK_KEYS']"),
        ("https://ann:s3cret@hooks.example/", "it is no http or https URL"),
        ("https://hooks.example/\r\nHost: x", "it is no http or https URL"),
        ("file:///etc/passwd", "it is no http or https URL"),
        ("https://hooks.example:s3cret/", "it is no http or https URL"),
        ("//hooks.example/", "it is no http or https URL"),
    ],
)
def test_a_webhook_goes_to_a_listed_origin_alone(url: str, reason: str) -> None:
    """A URL that somebody typed cannot make the server post to its own network."""
    with pytest.raises(NotSendable) as caught:
        compose(Call(url=url, payload={}, event="code.typed", step="ask"))
    assert str(caught.value) == (
        f"Step 'ask': 'code.typed' is to go to what is no address of the channel 'webhook' ({reason})."
    )
