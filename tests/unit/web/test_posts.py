"""What a page posts back."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from wfapp.errors import MalformedRequest
from wfapp.web.posts import posted_input, posted_revision

rf = RequestFactory()


def test_revision_is_read_from_the_page() -> None:
    """The hidden field tells which page was answered."""
    assert posted_revision(rf.post("/", {"wf_revision": "12"})) == 12


@pytest.mark.parametrize("text", ["", "-1", "01", "1.0", "1 ", "x", "1e3", "1234567890", "\u0661", "1\n", "1\x00"])
def test_other_revisions_are_refused(text: str) -> None:
    """What no page writes is no revision, and no reason for a 500."""
    with pytest.raises(MalformedRequest):
        posted_revision(rf.post("/", {"wf_revision": text}))


def test_fields_come_without_the_pages_own() -> None:
    """The CSRF token differs from page to page: it must not make the same input another one."""
    own = {"csrfmiddlewaretoken": "m", "wf_revision": "1", "wf_start": "k", "wf_action": "resend"}
    given = posted_input(rf.post("/", own | {"code": "123456", "topics": ["a", "b"]}))
    assert given is not None
    assert (given.action, given.json, given.files) == ("resend", False, None)
    assert dict(given.values.lists()) == {"code": ["123456"], "topics": ["a", "b"]}


def test_submission_has_no_action() -> None:
    """The submit button has no name."""
    given = posted_input(rf.post("/", {"code": "1"}))
    assert given is not None
    assert given.action == ""


def test_action_without_an_id_is_one_that_no_page_has() -> None:
    """It is no submission: the page refuses it in words."""
    given = posted_input(rf.post("/", {"code": "1", "wf_action": ""}))
    assert given is not None
    assert given.action == "wf.unnamed"


def test_files_come_along() -> None:
    """Uploads are part of the input."""
    given = posted_input(rf.post("/", {"photo": SimpleUploadedFile("a.txt", b"a")}))
    assert given is not None
    assert list(given.files or {}) == ["photo"]


def test_start_button_sends_no_input() -> None:
    """A start without a form is no empty submission."""
    assert posted_input(rf.post("/", {"wf_action": "wf.start", "code": "1"})) is None
