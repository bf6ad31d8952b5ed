"""What an author writes: workflows, steps, contexts, pages and limits.

It knows nothing of URLs, HTTP, models or settings.
"""
