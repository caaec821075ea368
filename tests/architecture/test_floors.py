"""Floors and rooms: imports go down, files have their names, nothing shadows the standard library."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.architecture.houses import FLOORS, ROOT, imports_of, python_files, short, tree_of

# the rooms that every app may have (ARCHITECTURE, section 2)
ROOMS = {
    "__init__", "admin", "api", "apps", "choices", "errors", "filters", "forms", "models", "operations", "queries", "querysets", "rules", "tasks",
    "urls", "views", "middleware",
}  # fmt: skip
FOLDERS = {"views", "operations", "management", "management/commands", "templatetags", "migrations"}
# rooms of one app alone, named for their subject; a new one is written down here when it is made
OWN_ROOMS = {
    "common": {"caching", "crypto", "display", "geo", "numbers", "paging", "qr", "spoken", "text"},
    "regions": {"scope"},
    "accounts": {"authentication", "permissions", "second_factor", "throttling", "tokens"},
    "audit": {"changes", "sources"},
    "messaging": {"transports"},
    "communities": {"bulk", "bulk_households", "duplicates", "history", "merging", "owners"},
    "projects": {
        "clash_words", "comparing", "dig_once", "estimating", "files", "gantt", "ground", "images", "site_forms", "special_forms",
        "special_screens",
    },
    "surveys": {
        "answers", "ballot_file", "bulk", "codes", "desk", "entering", "library", "merkle", "outcome", "papers", "pictures",
        "planning", "printing", "publications", "questions", "receipts", "results", "reviews", "rolls", "screens", "signing",
        "theme_words", "themes", "throttling", "verifier", "voting", "wishes",
    },
    "facilities": {"bulk", "checklist", "circle", "coverage", "drawing", "inspecting", "proposing", "words"},
    "lifecycle": {
        "acceptance", "archive", "documents", "dossier", "evidence", "findings", "gates", "handover", "pipes", "printing", "progress", "scheme_rows",
        "scheme_screens", "screens", "sheets", "strokes",
        "transitions", "visits", "warranty",
    },
    "analytics": {
        "anchors", "behind", "community_map", "counting", "gate_figures", "indicators", "keeping", "maps", "measures", "overview", "period", "todo", "signing", "caching",
    },
    "spreadsheets": {
        "asking", "cells", "checking", "columns", "exporting", "intake", "lists", "marking", "naming", "places", "problems", "pulse", "reading",
        "running", "storage", "template", "writer", "sheets",
    },
    "renovation": {"asgi", "celery", "environment", "formats", "navigation", "settings", "wsgi"},
}  # fmt: skip
NOT_ROOMS = {"utils", "helpers", "core", "base", "misc", "util", "helper", "common", "shared_utils"}


def test_imports_go_down_never_up_never_sideways():
    done = subprocess.run(["lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]


def test_every_app_has_its_floor():
    own = {app for app in settings.INSTALLED_APPS if (ROOT / app.split(".")[0]).is_dir() and "." not in app}
    assert own | {"renovation"} == set(FLOORS)
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert all(text.count(f'"{app}"') >= 2 for app in FLOORS), "a package of import-linter and a line of its layers"


@pytest.mark.parametrize("app", [app for app in FLOORS if app != "demo"])
def test_every_file_is_a_room_of_the_house(app):
    strange = []
    for path in python_files(app):
        inside = path.relative_to(ROOT / app)
        room = inside.parts[0].removesuffix(".py")
        if room not in ROOMS | OWN_ROOMS[app] and room not in FOLDERS:
            strange.append(short(path))
    assert strange == [], "give it the name of a room, or write its own room down in OWN_ROOMS"


def test_no_room_is_a_lumber_room():
    found = [short(path) for path in python_files() if path.stem in NOT_ROOMS and path.parent.name != "sheets"]
    assert found == []
    assert [app for app in FLOORS if app in NOT_ROOMS - {"common"}] == []


def test_no_package_shadows_the_standard_library():
    tops = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()} | {path.stem for path in ROOT.glob("*.py")}
    assert tops & set(sys.stdlib_module_names) == set()


def test_the_private_rooms_of_an_app_are_entered_by_nobody_else():
    private = {"views", "forms", "tasks", "admin"}
    entered = []
    for app in FLOORS:
        for path in python_files(app):
            for name in imports_of(path):
                top, *rest = name.split(".")
                if top in FLOORS and top not in {app, "common"} and rest and rest[0] in private:
                    entered.append(f"{short(path)} imports {name}")
    allowed = {
        line for line in entered
        if line.startswith(("renovation/", "lifecycle/views/", "lifecycle/screens.py", "lifecycle/forms.py", "lifecycle/scheme_rows.py"))
    }  # fmt: skip
    assert sorted(set(entered) - allowed) == []


def test_there_are_no_signals_of_our_own():
    found = [
        short(path) for path in python_files()
        if any(name.startswith(("django.db.models.signals", "django.dispatch")) for name in imports_of(path))
    ]  # fmt: skip
    assert found == []


def test_no_import_hides_in_a_function_to_get_around_a_floor():
    hidden = []
    for path in python_files():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = [each for each in ast.walk(node) if isinstance(each, ast.Import | ast.ImportFrom)]
                hidden += [f"{short(path)}:{each.lineno}" for each in inner]
    assert hidden == []


def test_the_shortcuts_that_hide_faults_are_not_taken():
    """noqa, type: ignore, bare except, except Exception: pass, TODO and the like."""
    marks = ("# noqa", "# type: ignore", "TODO", "FIXME", "XXX", "pytest.skip", "for now")
    found = []
    for path in [
        *python_files(),
        *(ROOT / "tests").rglob("*.py"),
        *(ROOT / "workshop").rglob("*.py"),
        *(ROOT / "benchmarks").rglob("*.py"),
    ]:
        if path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8")
        found += [f"{short(path)}: {mark}" for mark in marks if mark in text]
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ExceptHandler):
                silent = all(isinstance(line, ast.Pass) for line in node.body)
                broad = node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"} and silent)
                if broad:
                    found.append(f"{short(path)}:{node.lineno}: except")
    assert found == []
