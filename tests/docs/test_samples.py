"""Every sample of the documentation runs, in the order of its page."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.cache import cache

from tests.docs.markdown import PAGES, ROOT, Sample, samples_of
from tests.docs.site import Kind, Site


def kind_of(page: Path, samples: list[Sample]) -> Kind:
    """Say what a page begins with: the demo where it says so, a site without wfapp where it adds it."""
    if "<!-- site: demo -->" in page.read_text(encoding="utf-8"):
        return "demo"
    adds = any(sample.text.startswith("# settings.py") and '"wfapp"' in sample.text for sample in samples)
    return "startproject" if adds else "wfapp"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_samples_of_a_page_run(page: Path, tmp_path: Path) -> None:
    """A page's samples, as the files of one site, do what the page says."""
    samples = list(samples_of(page))
    cache.clear()
    with Site(tmp_path, kind_of(page, samples)) as site:
        for sample in samples:
            if not sample.reason:
                site.run(sample)


def test_a_sample_that_does_not_run_says_why() -> None:
    """The samples that are left out are these few, each with a reason."""
    samples = [sample for page in PAGES for sample in samples_of(page) if sample.reason]
    assert [(str(sample.page.relative_to(ROOT)), sample.reason) for sample in samples] == [
        (
            "docs/how-to/existing-site.md",
            "it installs packages; tests/unit/test_packaging.py builds the wheel",
        ),
    ]
