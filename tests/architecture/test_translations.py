"""Every text is there in both languages, said once and the same everywhere."""

import ast
import re
from collections import defaultdict

import polib
import pytest
from django.utils import translation
from django.utils.translation.template import templatize

from tests.architecture.houses import FLOORS, ROOT, python_files, short, templates, tree_of

CATALOGUES = sorted([*(ROOT / "locale").rglob("*.po"), *(path for app in FLOORS for path in (ROOT / app).glob("locale/**/*.po"))])
STRING = r"u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
SINGULAR = re.compile(rf"\b(?:gettext|_)\({STRING}\)")
PLURAL = re.compile(rf"\bngettext\({STRING}, ?{STRING}")
CALLS = {"_", "_t", "_l", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL_CALLS = {"ngettext", "ngettext_lazy"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def said_in_python(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if (
                name in CALLS | PLURAL_CALLS
                and node.args
                and isinstance(node.args[0], ast.Constant)
                and isinstance(node.args[0].value, str)
            ):
                yield node.args[0].value


def said_in_template(path):
    code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for pattern in (SINGULAR, PLURAL):
        for match in pattern.finditer(code):
            yield ast.literal_eval(match[1])


def said():
    """msgid -> the files that say it."""
    found = defaultdict(set)
    for path in python_files():
        for text in said_in_python(path):
            found[text].add(short(path))
    for path in templates():
        for text in said_in_template(path):
            found[text].add(short(path))
    found.pop("", None)
    return found


@pytest.fixture(scope="module")
def entries():
    return [(short(path), entry) for path in CATALOGUES for entry in polib.pofile(str(path)) if not entry.obsolete]


def translations(entry):
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_text_has_its_chinese(entries):
    known = {entry.msgid for _path, entry in entries if all(translations(entry))}
    missing = {text: sorted(where) for text, where in said().items() if text not in known}
    assert missing == {}


def test_no_text_is_translated_in_two_ways(entries):
    ways = defaultdict(lambda: defaultdict(set))
    for path, entry in entries:
        ways[(entry.msgctxt, entry.msgid)][tuple(translations(entry))].add(path)
    assert {key: {way: sorted(where) for way, where in found.items()} for key, found in ways.items() if len(found) > 1} == {}


def test_nothing_is_fuzzy_or_empty(entries):
    assert [(path, entry.msgid) for path, entry in entries if entry.fuzzy or not all(translations(entry))] == []


def test_placeholders_are_the_same_in_both_languages(entries):
    holes = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")
    wrong = []
    for path, entry in entries:
        wanted = {"".join(match) for match in holes.findall(entry.msgid)}
        if any({"".join(match) for match in holes.findall(text)} != wanted for text in translations(entry)):
            wrong.append((path, entry.msgid))
    assert wrong == []


def test_every_catalogue_says_how_chinese_counts():
    for path in CATALOGUES:
        assert polib.pofile(str(path)).metadata["Plural-Forms"] == "nplurals=1; plural=0;", short(path)


def test_nobody_is_shouted_at(entries):
    assert [(path, entry.msgid) for path, entry in entries if "!" in entry.msgid or any("！" in text for text in translations(entry))] == []


def test_no_chinese_stands_in_a_template_untranslated():
    allowed = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}|中文|示意图|审图号|机械厂", re.DOTALL)
    design = ROOT / "templates" / "design"
    found = [
        short(path) for path in templates()
        if design not in path.parents and CHINESE.search(allowed.sub("", path.read_text(encoding="utf-8")))
    ]  # fmt: skip
    assert found == []


def test_no_other_package_puts_its_own_words_in_place_of_ours(entries):
    plain = {entry.msgid: entry.msgstr for _path, entry in entries if not entry.msgid_plural and not entry.msgctxt}
    with translation.override("zh-hans"):
        shown = {msgid: translation.gettext(msgid) for msgid in plain}
    assert {msgid: text for msgid, text in shown.items() if text != plain[msgid]} == {}, (
        "compiled catalogues may be old: dev.py compiles them"
    )
