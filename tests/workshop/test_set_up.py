"""What can be said about the set-up without installing anything."""

import base64
import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.parallel import own_database
from workshop.checks import find_browser
from workshop.console import WorkshopError, tail
from workshop.environment import explain_pip
from workshop.layout import ROOT, DataFolder, fingerprint, is_stamped
from workshop.translations import compile_all, outdated

COMMANDS = ["run", "test", "lint", "bench", "load", "reset", "manage"]


@pytest.mark.parametrize("words", [[], *([name] for name in COMMANDS)], ids=["dev.py", *COMMANDS])
def test_help_needs_the_standard_library_alone(words: list[str]) -> None:
    base = sys.base_prefix + "/bin/python3"
    # -I and -S: no environment variables, no site-packages.
    answer = subprocess.run([base, "-I", "-S", str(ROOT / "dev.py"), *words, "--help"], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("usage: dev.py")


def test_the_workshop_imports_nothing_that_must_be_installed() -> None:
    base = sys.base_prefix + "/bin/python3"
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import workshop.commands"
    assert subprocess.run([base, "-I", "-S", "-c", code], capture_output=True).returncode == 0


def test_secrets_are_made_once_and_only_for_their_owner(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    before = {path.name: path.read_text() for path in folder.secrets.iterdir()}
    folder.prepare()
    assert {path.name: path.read_text() for path in folder.secrets.iterdir()} == before
    assert len(base64.b64decode(before["field_key"])) == len(base64.b64decode(before["signing_key"])) == 32
    assert before["field_key"] != before["signing_key"]
    assert len(before["secret_key"].strip()) >= 64
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.secrets.iterdir()} == {0o600}


def test_a_stamp_changes_with_the_content_of_its_files(tmp_path: Path) -> None:
    source, stamp = tmp_path / "source", tmp_path / "stamp"
    source.write_text("one")
    stamp.write_text(fingerprint(source, "3.11"))
    assert is_stamped(stamp, fingerprint(source, "3.11"))
    source.write_text("two")
    assert not is_stamped(stamp, fingerprint(source, "3.11"))


def test_no_package_list_names_a_registry() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    for name in ("requirements.txt", "requirements-dev.txt", "workshop/requirements-node.txt"):
        assert "://" not in (ROOT / name).read_text(encoding="utf-8"), name


def test_a_package_that_was_changed_is_not_called_offline() -> None:
    assert "Do not go on" in explain_pip("THESE PACKAGES DO NOT MATCH THE HASHES FROM", Path("requirements.txt"))
    assert "cannot be reached" in explain_pip("Temporary failure in name resolution", Path("requirements.txt"))


def test_translations_are_compiled_only_when_they_are_older(tmp_path: Path) -> None:
    source = tmp_path / "regions" / "locale" / "en" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    source.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "开工率"\nmsgstr "Start rate"\n', encoding="utf-8"
    )
    assert outdated(tmp_path) == [source]
    compile_all(tmp_path)
    assert outdated(tmp_path) == []
    assert b"Start rate" in source.with_suffix(".mo").read_bytes()


def test_a_wrong_browser_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(WorkshopError, match="/nowhere/chromium"):
        find_browser()


def test_the_tail_of_a_log_that_is_not_there_says_so(tmp_path: Path) -> None:
    assert "is empty" in tail(tmp_path / "web.log")


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("redis://host:6379/0", "redis://host:6379/1"),
        ("redis://host", "redis://host/1"),
        ("unix:///run/valkey.sock", "unix:///run/valkey.sock?db=1"),
        ("unix:///run/valkey.sock?db=0", "unix:///run/valkey.sock?db=1"),
    ],
)
def test_tests_side_by_side_do_not_share_a_broker(url: str, own: str) -> None:
    assert own_database(url, "gw1") == own
