"""Lighthouse on every article in both languages, and what is typed against stock Material's own search."""

Row = tuple[str, str, str]
VERSION = "12.2.3"
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LOWEST = 0.98
#: How often a page is measured again where a busy machine made it slow; the best of them counts.
TRIES = 3
