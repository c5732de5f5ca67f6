"""Fixtures of the journeys: a machine's own Chromium, a page in it, and the booth on its stand."""

from booth_visit import stand, stands, tablet  # noqa: F401  fixtures
from browser_page import chromium, page  # noqa: F401  fixtures
