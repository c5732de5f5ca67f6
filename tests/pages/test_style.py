"""The stylesheets: contrast of every pair that is used, and no class in a template that no sheet knows."""

import re

import pytest

from voting.app import ROOT

SHEETS = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "static/css").glob("*.css")}


def themes() -> dict[str, dict[str, str]]:
    """Hex colours by property, for each theme."""
    light, contrast = SHEETS["tokens"].split('[data-theme="contrast"]')
    read = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6})")
    base = dict(read.findall(light))
    return {"light": base, "contrast": base | dict(read.findall(contrast))}


def luminance(colour: str) -> float:
    """WCAG 2.x relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(one: str, other: str) -> float:
    """WCAG 2.x contrast ratio."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3") for ground in ("surface", "bg", "sunk")),
    *((ink, wash) for ink in ("ink", "ink-2") for wash in ("act-wash", "ok-wash", "warn-wash", "bad-wash")),
    *((tone, ground) for tone in ("act", "ok", "warn", "bad") for ground in ("surface", "bg")),
    *((f"on-{tone}", tone) for tone in ("civic", "act", "ok", "bad")),
    ("act", "act-wash"),
    ("act-deep", "act-wash"),
    ("ok", "ok-wash"),
    ("warn", "warn-wash"),
    ("bad", "bad-wash"),
    ("civic", "surface"),
    ("on-portrait", "portrait"),
]
CONTROLS = [("line-strong", "surface"), ("line-strong", "bg"), ("focus", "surface"), ("focus", "bg"), ("bar", "sunk")]


@pytest.mark.parametrize("theme", ["light", "contrast"])
@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_can_be_read(theme: str, ink: str, ground: str) -> None:
    colours = themes()[theme]
    assert ratio(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "contrast"])
@pytest.mark.parametrize(("edge", "ground"), [*CONTROLS, ("bar-rest", "sunk")])
def test_controls_can_be_seen(theme: str, edge: str, ground: str) -> None:
    colours = themes()[theme]
    assert ratio(colours[edge], colours[ground]) >= 3


def test_every_property_used_is_defined() -> None:
    defined = set(re.findall(r"(--[a-z0-9-]+)\s*:", "".join(SHEETS.values())))
    for sheet, text in SHEETS.items():
        assert not set(re.findall(r"var\((--[a-z0-9-]+)", text)) - defined, sheet


def test_colours_stand_in_the_tokens_alone() -> None:
    for sheet in ("base", "components", "staff", "public", "projector"):
        loose = [line for line in SHEETS[sheet].splitlines() if re.search(r":\s*[^;]*#[0-9a-f]{3,6}\b", line)]
        # White paper under a QR code and under print is white in every theme.
        assert all("#fff" in line for line in loose), loose


def test_no_sheet_is_longer_than_a_room() -> None:
    assert {name: text.count("\n") for name, text in SHEETS.items() if text.count("\n") > 400} == {}


def test_our_templates_use_no_class_that_no_sheet_knows() -> None:
    known = set(re.findall(r"\.(-?[a-z][\w-]*)", "".join(SHEETS.values())))
    used: dict[str, str] = {}
    for folder in ("layouts", "parts", "people", "errors"):
        for path in (ROOT / "templates" / folder).glob("*.html"):
            source = re.sub(r"\{[{%#].*?[}%#]\}", " ", path.read_text(encoding="utf-8"), flags=re.S)
            for classes in re.findall(r'class="([^"]*)"', source):
                used |= dict.fromkeys(classes.split(), path.name)
    unknown = {name: where for name, where in used.items() if name not in known and not name.endswith("--")}
    assert not unknown


def test_no_template_lets_markup_through_unescaped() -> None:
    """A name with markup in it is text on every page, because nothing switches the escaping off."""
    for path in (ROOT / "templates").rglob("*.html"):
        assert not re.search(r"\|\s*safe\b|autoescape\s+false|Markup", path.read_text(encoding="utf-8")), path


def test_every_icon_that_is_used_is_drawn() -> None:
    drawn = set(re.findall(r'name == "(\w+)"', (ROOT / "templates/parts/icons.html").read_text(encoding="utf-8")))
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html"))
    assert set(re.findall(r'\bicon\("(\w+)"', pages)) <= drawn
