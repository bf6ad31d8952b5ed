"""Links between the pages lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.markdown import PAGES, ROOT, headings

LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for match in LINK.finditer(page.read_text(encoding="utf-8")):
            yield page, match["target"]


def anchor(heading: str) -> str:
    """Name a heading as GitHub does."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize(("page", "target"), list(links()), ids=str)
def test_link_leads_to_a_file_and_a_heading_of_it(page: Path, target: str) -> None:
    """A link to another site is none of these."""
    name, _hash, fragment = target.partition("#")
    file = (page.parent / name).resolve() if name else page
    assert file.is_relative_to(ROOT)
    assert file.is_file()
    if fragment:
        source = file.read_text(encoding="utf-8")
        assert fragment in {anchor(heading) for level in (1, 2, 3, 4) for heading in headings(source, level)}


def test_index_leads_to_every_page() -> None:
    """No page is left out of the index."""
    index = ROOT / "docs/index.md"
    linked = {(index.parent / target.partition("#")[0]).resolve() for page, target in links() if page == index}
    assert set(PAGES) - linked == {index}
