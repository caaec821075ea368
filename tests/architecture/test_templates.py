"""A strict content security policy holds on every page: no inline script, style or handler; nothing from other hosts."""

import re

import pytest

from tests.architecture.houses import ROOT, short, templates

INLINE = {
    "a script between its tags": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=[\"']application/json)", re.IGNORECASE),
    "a style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "a javascript: link": re.compile(r"javascript:", re.IGNORECASE),
    "something from another host": re.compile(r"(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE),
    "evaluated htmx": re.compile(r"hx-(?:on|vals=[\"']js)", re.IGNORECASE),
    "unescaped output": re.compile(r"\|\s*safe\b|autoescape off"),
}

# pages put together from parts that our own templates have rendered (and escaped) before
KEPT_PARTS = {"templates/analytics/dashboard.html", "templates/analytics/published.html"}


@pytest.mark.parametrize("what", INLINE)
def test_no_template_has(what):
    found = [short(path) for path in templates() if INLINE[what].search(path.read_text(encoding="utf-8"))]
    assert [name for name in found if what != "unescaped output" or name not in KEPT_PARTS] == []


def test_every_page_has_one_heading_of_the_first_order():
    pages = [path for path in templates() if not path.name.startswith(("_", "base")) and path.parent.name not in {"design"}]
    without = []
    for path in pages:
        text = path.read_text(encoding="utf-8")
        own = re.sub(r"{% include \"([^\"]+)\"[^%]*%}", lambda match: _included(match[1]), text)
        parent = re.search(r"{% extends \"([^\"]+)\" %}", text)
        inherited = parent and not parent[1].startswith("base") and "<h1" in (ROOT / "templates" / parent[1]).read_text(encoding="utf-8")
        if "<h1" not in own and not inherited and short(path) not in KEPT_PARTS:
            without.append(short(path))
    assert without == []


def _included(name):
    path = ROOT / "templates" / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def test_every_form_that_writes_carries_its_token():
    found = []
    for path in templates():
        if path.parent.name == "design":
            continue  # drawings that send nothing
        if path.parent.name == "surveys" and path.name.startswith("vote"):
            continue  # the household's code in the form is its right: no session, no cookie that could expire (docs/adr/0008)
        forms = re.findall(r"<form\b.*?</form>", path.read_text(encoding="utf-8"), re.DOTALL | re.IGNORECASE)
        posting = [form for form in forms if re.match(r"<form\b[^>]*method=[\"']post", form, re.IGNORECASE)]
        found += [short(path) for form in posting if "csrf_token" not in form]
    assert found == []


def test_pictures_say_what_they_show():
    found = [
        short(path) for path in templates() for tag in re.findall(r"<img\b[^>]*>", path.read_text(encoding="utf-8")) if "alt=" not in tag
    ]
    assert found == []


def test_style_sheets_take_their_colours_from_the_tokens():
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(")
    sheets = [path for path in (ROOT / "static" / "css").glob("*.css") if path.name != "tokens.css"]
    assert sheets
    assert [short(path) for path in sheets if colour.search(re.sub(r"url\([^)]*\)", "", path.read_text(encoding="utf-8")))] == []
