"""Models and migrations say the same, and each migration says what it does."""

import re
from io import StringIO

import pytest
from django.core.management import call_command

from tests.architecture.houses import FLOORS, ROOT


@pytest.mark.django_db
def test_no_migration_is_missing():
    out = StringIO()
    call_command("makemigrations", dry_run=True, stdout=out)
    assert "No changes detected" in out.getvalue()


@pytest.mark.parametrize("app", FLOORS)
def test_migrations_are_named_for_what_they_do_and_numbered_without_a_fork(app):
    names = sorted(path.stem for path in (ROOT / app / "migrations").glob("[0-9]*.py"))
    assert [name for name in names if re.search(r"_auto_|^\d{4}_initial$|_merge_", name)] == []
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
