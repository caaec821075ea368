"""Settings from the environment: what is missing or weak is refused loudly, before anything is served."""

import base64
import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from renovation import environment
from tests.architecture.houses import ROOT

KEY = base64.b64encode(bytes(range(100, 132))).decode()
SECRET = "7rE2-q8Vn3-Zk5_Tw9xRb2mLc7Yp4sHd6Jf1GaUeNoXiK0vQtWzBy"


def production(tmp_path, **changes):
    """A complete production environment, and nothing of ours in it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "DATABASE_URL", "REDIS_URL") if name in os.environ}
    values = kept | {
        "RENOVATION_ENV": "production",
        "SECRET_KEY": SECRET,
        "FIELD_KEY": KEY,
        "SIGNING_KEY": KEY,
        "ALLOWED_HOSTS": "renovation.example.cn",
        "CSRF_TRUSTED_ORIGINS": "https://renovation.example.cn",
        "MEDIA_ROOT": str(tmp_path / "media"),
        "STATIC_ROOT": str(tmp_path / "static"),
        "SECOND_FACTOR_ROLES": "province_official",
    }
    for name, value in changes.items():
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value
    return values


def manage(values, *words):
    return subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=values, capture_output=True, text=True, check=False)


def test_check_deploy_is_clean_in_production(tmp_path):
    done = manage(production(tmp_path), "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": SECRET[:49]}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY"),
        ({"SECRET_KEY": "please-change-me-please-change-me-please-change-me"}, "SECRET_KEY"),
        ({"FIELD_KEY": None}, "FIELD_KEY"),
        ({"FIELD_KEY": base64.b64encode(b"short").decode()}, "FIELD_KEY"),
        ({"SIGNING_KEY": None}, "SIGNING_KEY"),
        ({"SIGNING_KEY": "not base64, really"}, "SIGNING_KEY"),
        ({"RETIRED_SIGNING_KEYS": f"{KEY},{KEY[:40]}"}, "RETIRED_SIGNING_KEYS"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"REDIS_URL": None}, "REDIS_URL"),
        ({"MEDIA_ROOT": None}, "MEDIA_ROOT"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"DEBUG": "perhaps"}, "DEBUG"),
        ({"RENOVATION_ENV": "prod"}, "RENOVATION_ENV"),
        ({"SESSION_HOURS": "ten"}, "SESSION_HOURS"),
        ({"SECRET_KEY": None, "SECRET_KEY_FILE": "/nowhere/secret"}, "SECRET_KEY_FILE"),
        ({"SECOND_FACTOR_ROLES": "provincial_official"}, "SECOND_FACTOR_ROLES"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_production_refuses_what_is_missing_or_weak_and_names_it(tmp_path, changes, named):
    done = manage(production(tmp_path, **changes), "check")
    assert done.returncode != 0
    assert named in done.stderr.splitlines()[-1]


def test_production_is_strict(tmp_path):
    words = [
        "DEBUG",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_HTTPONLY",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
    ]
    asked = f"from django.conf import settings; print([getattr(settings, name) for name in {words}])"
    done = manage(production(tmp_path), "shell", "-v0", "-c", asked)
    assert done.stdout.strip() == "[False, True, True, True, True, 31536000]", done.stderr


def test_a_secret_may_come_from_a_file(tmp_path, monkeypatch):
    file = tmp_path / "secret"
    file.write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv("SOME_SECRET_FILE", str(file))
    monkeypatch.setenv("SOME_SECRET", "from the variable")
    assert environment.text("SOME_SECRET") == "from the file"


@pytest.mark.parametrize(
    ("word", "meant"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("FALSE", False), ("", True), ("  ", True)]
)
def test_flags_are_read_in_the_usual_words(monkeypatch, word, meant):
    monkeypatch.setenv("SOME_FLAG", word)
    assert environment.flag("SOME_FLAG", default=True) is meant


@pytest.mark.parametrize(
    ("name", "read"), [("flag", lambda: environment.flag("X", default=True)), ("number", lambda: environment.number("X", 1))]
)
def test_nonsense_is_refused(monkeypatch, name, read):
    monkeypatch.setenv("X", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="X"):
        read()


def test_lists_lose_their_empty_parts(monkeypatch):
    monkeypatch.setenv("SOME_LIST", " a, ,b,")
    assert environment.words("SOME_LIST") == ["a", "b"]
    monkeypatch.delenv("SOME_LIST")
    assert environment.words("SOME_LIST") == []
