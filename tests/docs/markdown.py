"""The pages of the documentation, taken apart into their samples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["BROWSER_TESTS", "PAGES", "ROOT", "Sample", "headings", "samples_of", "scripts_of", "section"]

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

BROWSER_TESTS = {
    "docs/how-to/client.md": "tests/js/test_docs.py",
    "docs/how-to/element.md": "tests/browser/element/test_page.py",
    "docs/how-to/frameworks.md": "tests/browser/apps/test_frameworks.py",
}
"""What runs the scripts of a page: all of them, as that test makes sure."""

_SAMPLE = re.compile(
    r"(?:^<!-- not run: (?P<reason>.+?) -->\n\n?)?^```(?P<language>\w*)\n(?P<text>.*?)^```$"
    r"|^<!-- test\n(?P<test>.*?)^-->$",
    re.MULTILINE | re.DOTALL,
)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_SCRIPT = re.compile(r"(?://|<!--) (?P<path>[\w/.-]+\.(?:js|jsx|vue))(?: -->)?\n")
_HEADING = re.compile(r"^(?P<level>#+) (?P<text>.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Hold one block of code, and why it is not run where its page says so."""

    page: Path
    line: int
    language: str
    text: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def samples_of(page: Path) -> Iterator[Sample]:
    """Yield the samples of a page in order; a comment that begins with ``test`` is Python that readers do not see."""
    source = page.read_text(encoding="utf-8")
    for match in _SAMPLE.finditer(source):
        text = match["text"] if match["test"] is None else match["test"]
        begin = match.start("text") if match["test"] is None else match.start("test")
        yield Sample(
            page=page,
            line=source.count("\n", 0, begin) + 1,
            language=match["language"] if match["test"] is None else "python",
            text=text,
            reason=match["reason"] or "",
        )


def scripts_of(page: Path) -> dict[str, str]:
    """Give the scripts of a page by the name of the file that their first line says."""
    scripts = {}
    for sample in samples_of(page):
        if sample.language in {"js", "jsx", "vue"}:
            match = _SCRIPT.match(sample.text)
            assert match is not None, f"{sample}: say in a comment on the first line which file this is."
            scripts[match["path"]] = sample.text
    return scripts


def headings(source: str, level: int) -> list[str]:
    """List the headings of a level."""
    found = _HEADING.finditer(_FENCED.sub("", source))
    return [match["text"] for match in found if len(match["level"]) == level]


def section(source: str, heading: str) -> str:
    """Return what stands under a heading, up to the next one of its level or above."""
    level = len(heading.partition(" ")[0])
    begin = source.index(f"\n{heading}\n") + len(heading) + 2
    end = re.compile(rf"^#{{1,{level}}} ", re.MULTILINE).search(source, begin)
    return source[begin : end.start() if end else None]
