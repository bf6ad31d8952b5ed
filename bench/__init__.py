"""What a round costs: wfapp beside hand-written views and django-formtools. Run ``python bench/round.py``."""

from __future__ import annotations
