"""The judgement of axe-core over a whole page: what it finds, as texts."""

from __future__ import annotations

__all__ = ["JUDGED", "RUN_AXE"]

JUDGED = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """async tags => (await axe.run(document, {runOnly: tags})).violations.flatMap(
  fault => fault.nodes.map(node => `${fault.id}: ${node.html} ${node.failureSummary}`))"""
