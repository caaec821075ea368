"""No file and no function grows beyond the walls of the house (ARCHITECTURE, section 5)."""

import pytest

from tests.architecture.houses import ROOT, functions_of, lines_of, python_files, short, templates

WALLS = {"python": 400, "settings": 450, "template": 250, "script": 300, "test": 500}
LONGEST_FUNCTION = 60


def over(paths, wall):
    return {short(path): lines_of(path) for path in paths if lines_of(path) > wall}


@pytest.mark.parametrize(
    ("paths", "kind"),
    [
        ([path for path in python_files() if path.name != "settings.py"], "python"),
        ([path for folder in ("workshop", "benchmarks") for path in (ROOT / folder).rglob("*.py")], "python"),
        ([ROOT / "renovation" / "settings.py"], "settings"),
        (templates(), "template"),
        ((ROOT / "static" / "js").rglob("*.js"), "script"),
        ((ROOT / "tests").rglob("*.py"), "test"),
    ],
    ids=["python", "tools", "settings", "templates", "scripts", "tests"],
)
def test_no_file_is_over_the_wall(paths, kind):
    assert over(list(paths), WALLS[kind]) == {}


def test_no_function_is_over_the_wall():
    long = {
        f"{short(path)}:{each.name}": each.end_lineno - each.lineno + 1
        for path in python_files()
        for each in functions_of(path)
        if each.end_lineno - each.lineno + 1 >= LONGEST_FUNCTION
    }
    assert long == {}
