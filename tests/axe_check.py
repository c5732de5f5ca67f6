"""What axe finds on a page, asked as cheaply as a run of hundreds of screens wants it."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

#: axe-core as the package ships it.
_AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """What breaks a rule on the page as it stands now: ``"rule: the element"`` for each.

    axe goes into a page once, and only what it found comes back: sending half a megabyte there and a tree of what
    is right back costs more than the check.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_AXE)
    found: list[dict[str, Any]] = page.evaluate(
        "() => axe.run({ resultTypes: ['violations'] }).then((all) => all.violations)"
    )
    return [f"{one['id']}: {node['html'][:300]}" for one in found for node in one["nodes"]]
