"""What a browser without JavaScript sends."""

from __future__ import annotations

import pytest

from wfapp.testing.markup import forms_of

PAGE = """
<form action="/search/"><input name="q"></form>
<form action="/x/" method="post">
  <input type="hidden" name="wf_revision" value="3"><input name="name" value="a &amp; b">
  <input type="checkbox" name="news" checked><input type="checkbox" name="old" value="1">
  <input type="radio" name="size" value="s"><input type="radio" name="size" value="m" checked>
  <textarea name="text">
one
two</textarea>
  <select name="one"><option value="a">A</option><option value="b" selected>B</option></select>
  <select name="first"><option value="a">A<option value="b">B</select>
  <select name="many" multiple><option value="a">A</option></select>
  <input name="off" disabled><input type="file" name="file"><input type="submit" name="go" value="Go">
  <button name="wf_action" value="resend">Again</button><button type="button" name="no">No</button>
</form><input name="outside">
"""


def test_a_form_is_read_as_a_browser_sends_it() -> None:
    search, form = forms_of(PAGE)
    assert (search.action, form.action) == ("/search/", "/x/")
    assert form.fields == [
        ("wf_revision", "3"),
        ("name", "a & b"),
        ("news", "on"),
        ("size", "m"),
        ("text", "one\ntwo"),
        ("one", "b"),
        ("first", "a"),
    ]
    assert form.buttons == [("go", "Go"), ("wf_action", "resend")]


@pytest.mark.parametrize("html", ["", "<p>", "<form", "<select name=a><option>"])
def test_a_page_that_is_no_page_has_no_forms(html: str) -> None:
    assert forms_of(html) == []
