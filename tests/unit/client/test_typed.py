"""What was typed: when it stays, and when a form starts afresh."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.client.recorded import Player, page


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (page(2, errors={"code": "Invalid code"}), {"code": "1", "note": "n"}),
        (page(1), {"code": "1", "note": "n"}),
        (page(2), {"note": "n"}),
        (page(2, errors={"code": "No"}, version="0000"), {"note": "n"}),
        (page(2, errors={"code": "No"}, step="other"), {"note": "n"}),
        (page(2, errors={"code": "No"}, id="accounts.OtherForm"), {"note": "n"}),
    ],
    ids=["rejected", "nothing ran", "accepted", "another version", "another step", "another form"],
)
def test_what_was_typed_is_kept_with_its_form(body: dict[str, Any], kept: dict[str, str]) -> None:
    """The same version of the same step that was not answered."""
    body["inputRequired"]["view"]["initial"] = {"note": "n"}
    assert Player(page(1), body).start().submit(code="1").form_data == kept


def test_an_action_keeps_what_was_typed_and_a_way_back_does_not() -> None:
    """A loop asks for the same form once more."""
    client = Player(page(1), page(2), page(3, initial={"code": "9"}), page(4, initial={"code": "7"})).start()
    assert client.action("resend", code="1").form_data == {"code": "1"}
    assert client.back().form_data == {"code": "9"}
    assert client.action("wf.change.0", code="1").form_data == {"code": "7"}


def test_a_file_that_the_server_has_is_not_sent_again() -> None:
    """One that was refused is."""
    mention = "data:text/plain;name=note.txt;size=2;upload=0f8b;base64,"
    note = ("note.txt", b"Hi")
    client = Player(
        page(1),
        page(2, errors={"code": "No"}, initial={"note": mention}),
        page(3, errors={"note": "No"}, initial={"note": mention}),
        page(4, initial={"note": mention}),
        page(5, errors={"notes": "No"}),
    ).start()
    assert client.submit(note=note).form_data == {"note": mention}
    assert client.submit(note=note).form_data == {"note": note}
    assert client.action("resend").form_data == {"note": note}
    assert client.submit(notes=[note]).form_data == {"notes": [note]}


def test_a_refresh_leaves_files_errors_and_messages_as_they_are() -> None:
    """It stores no file and validates nothing; the context is what it evaluates."""
    mention = "data:text/plain;name=note.txt;size=2;upload=0f8b;base64,"
    better = ("better.txt", b"Ho")
    said = [{"level": "info", "text": "Sent."}]
    client = Player(
        page(1),
        page(2, errors={"code": "No"}, initial={"note": mention}, messages=said),
        page(2, initial={"note": mention}),
        page(2, step="other"),
    ).start()
    client.submit(code="1").refresh(code="1", note=better)
    assert (client.form_data, client.errors, client.messages) == ({"code": "1", "note": better}, {"code": "No"}, said)
    client.refresh()
    assert (client.form_data, client.errors, client.messages) == ({}, {}, [])
