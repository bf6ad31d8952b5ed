"""Files on pages: chosen once, shown to whom they belong."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import Storage

from tests.integration.pages.visitor import Sheet, Visitor
from tests.uploads import paths, scan
from wfapp.models import Flow, Upload

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.integration.pages.workflows"),
    pytest.mark.usefixtures("storage"),
]


def refused(visitor: Visitor, **files: Any) -> Sheet:
    """Post a first page that is refused for its title."""
    return visitor.submit(visitor.open("/files/"), title="bad", **(files or {"scan": scan()}))


def kept(sheet: Sheet, **values: Any) -> dict[str, Any]:
    """Fill in a page without choosing a file again: a browser posts an empty one."""
    return {name: value for name, value in sheet.fields.items() if name not in {"scan", "extra"}} | values


def test_the_form_takes_files(visitor: Visitor) -> None:
    """It is encoded so that a browser sends them."""
    assert 'enctype="multipart/form-data"' in visitor.open("/files/").text


def test_a_refused_page_says_what_it_has(visitor: Visitor) -> None:
    """Nobody chooses the file again."""
    page = refused(visitor)
    assert (page.status, page.problems) == (422, ["Title: Not that one."])
    assert page.link("scan.pdf").startswith("/files/?wf=")
    sheet = Sheet(page.status, page.text, page.address, page.action, kept(page))
    assert visitor.submit(sheet, title="A").status == 200
    assert Flow.objects.get().step == "more"


def test_a_file_is_given_to_its_browser_alone(visitor: Visitor) -> None:
    """As a download that can do nothing in a browser."""
    address = refused(visitor).link("scan.pdf")
    response = visitor.client.get(address)
    assert b"".join(response.streaming_content) == b"hello"  # type: ignore[attr-defined]
    assert response.headers["Content-Type"] == "application/octet-stream"
    assert response.headers["Content-Disposition"] == 'attachment; filename="scan.pdf"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response.headers["Cache-Control"]
    assert Visitor().open(address).status == 410


def test_a_picture_is_shown_in_its_place(visitor: Visitor) -> None:
    """One that holds no script."""
    address = refused(visitor, scan=scan(name="a.png", content_type="image/png")).link("a.png")
    response = visitor.client.get(address)
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Disposition"] == 'inline; filename="a.png"'
    response.close()


@pytest.mark.parametrize("upload", ["nonsense", "", "00000000-0000-0000-0000-000000000000", "\x00"])
def test_no_other_file_is_there(visitor: Visitor, upload: str) -> None:
    """What is no file of the flow is answered as a flow that is gone."""
    page = refused(visitor)
    assert visitor.client.get(page.action + "&wf_file=" + upload.replace("\x00", "%00")).status_code == 410


def test_a_file_of_another_flow_is_not_there(visitor: Visitor) -> None:
    """Not even for the same browser, under the address of its other flow."""
    first, second = refused(visitor), refused(visitor)
    other = Upload.objects.exclude(flow=Flow.objects.latest("created_at").pk).get()
    assert second.action != first.action
    assert visitor.client.get(f"{second.action}&wf_file={other.pk}").status_code == 410


def test_a_person_who_lost_the_right_sees_no_file(visitor: Visitor, alice: User) -> None:
    """A signed-in person's flow is theirs, from any browser."""
    visitor.client.force_login(alice)
    address = refused(visitor).link("scan.pdf")
    assert visitor.client.get(address).status_code == 200
    visitor.client.logout()
    assert visitor.client.get(address).status_code == 410


def test_a_box_takes_a_file_out(visitor: Visitor, storage: Storage) -> None:
    """Where the field needs none."""
    page = refused(visitor, scan=scan(), extra=scan(b"two", "two.pdf"))
    assert len(paths(storage)) == 2
    again = visitor.submit(Sheet(422, "", "", page.action, kept(page)), title="bad", **{"extra-clear": "on"})
    assert not again.link("two.pdf")
    assert len(paths(storage)) == 1


def test_a_review_leads_to_the_files(visitor: Visitor) -> None:
    """Where the answers are listed, each file can be opened, whichever page it came with."""
    page = visitor.submit(visitor.open("/files/"), title="A", scan=scan())
    page = visitor.submit(page, scans=[scan(name="1.pdf"), scan(name="2.pdf")])
    for name in ("scan.pdf", "1.pdf", "2.pdf"):
        response = visitor.client.get(page.link(f"Open {name}"))
        assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        response.close()
    assert not page.link("Open 3.pdf")


def test_several_files_are_listed(visitor: Visitor) -> None:
    """Each with its own address."""
    page = visitor.submit(visitor.open("/files/"), title="A", scan=scan())
    page = visitor.submit(page, scans=[scan(name="1.pdf"), scan(name="2.pdf"), scan(b"", "empty.pdf")])
    assert page.problems == ["Scans: The submitted file is empty."]
    page = visitor.submit(page, scans=[scan(name="1.pdf"), scan(name="2.pdf")])
    assert Flow.objects.get().step == "last"


HOSTILE_NAMES = [
    "../../etc/passwd",
    "a\x00b.pdf",
    "x" * 10_000 + ".pdf",
    "..",
    "\u202egpj.exe",
    "<b>.pdf",
    " ",
    "C:\\a.pdf",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_does_no_harm(visitor: Visitor, storage: Storage, name: str) -> None:
    """It is cleaned, and no path ever has anything of it."""
    boundary = "BoUnDaRy"
    first = visitor.open("/files/")
    fields = {**first.fields, "title": "bad"}
    fields.pop("scan")
    fields.pop("extra")
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    ]
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="scan"; filename="{name}"\r\n\r\nhello\r\n')
    body = "".join(parts) + f"--{boundary}--\r\n"
    response = visitor.client.post(
        first.action, body.encode(), content_type=f"multipart/form-data; boundary={boundary}"
    )
    assert response.status_code in {400, 422}
    for upload in Upload.objects.all():
        assert len(upload.name) <= 150
        assert not set(upload.name) & set("/\\\x00\u202e")
        assert "passwd" not in upload.path
