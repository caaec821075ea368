"""Operations: keyword arguments with actor and at, one transaction, no clock, no request, no Celery."""

import ast

import pytest

from tests.architecture.houses import ROOT, imports_of, python_files, short, tree_of

FILES = sorted([*ROOT.glob("*/operations.py"), *ROOT.glob("*/operations/*.py")])
IDS = [short(path) for path in FILES]
CLOCKS = {
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("timezone", "localtime"),
    ("datetime", "now"),
    ("date", "today"),
    ("time", "time"),
}
# the two queues wake their worker once the transaction is committed; nothing waits for it
NUDGERS = {"messaging/operations.py", "spreadsheets/operations.py"}


def public_functions(path):
    return [node for node in tree_of(path).body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


def test_there_are_operations_to_look_at():
    assert len(FILES) >= 6


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_an_operation_never_reads_the_clock(path):
    read = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            bare = (name, node.func.attr) in CLOCKS
            given = node.func.attr in {"localdate", "localtime"} and (node.args or node.keywords)
            if bare and not given:
                read.append(f"{short(path)}:{node.lineno} {name}.{node.func.attr}()")
    assert read == []


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_an_operation_knows_neither_request_nor_task(path):
    names = imports_of(path)
    forbidden = ("django.http", "django.shortcuts", "django.views", "rest_framework", "django.contrib.messages")
    assert sorted(name for name in names if name.startswith(forbidden)) == []
    if short(path) not in NUDGERS:
        assert sorted(name for name in names if name.startswith(("celery", "kombu"))) == []
    asked = [node.name for node in public_functions(path) if any(arg.arg == "request" for arg in [*node.args.args, *node.args.kwonlyargs])]
    assert asked == []


def _decorators(node):
    return {ast.unparse(each).removesuffix("()") for each in node.decorator_list}


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_an_operation_that_has_an_actor_takes_keywords_and_is_one_transaction(path):
    wrong = []
    for node in public_functions(path):
        keywords = {arg.arg for arg in node.args.kwonlyargs}
        everything = keywords | {arg.arg for arg in node.args.args}
        if "actor" not in everything or "at" not in everything:
            continue  # a question that operations share, not an operation
        if not {"actor", "at"} <= keywords:
            wrong.append(f"{node.name}: actor and at are keywords")
        whole = "transaction.atomic" in _decorators(node)
        inside = any(
            "transaction.atomic" in ast.unparse(item.context_expr)
            for each in ast.walk(node)
            if isinstance(each, ast.With)
            for item in each.items
        )
        if not (whole or inside):
            wrong.append(f"{node.name}: not in one transaction")
    assert wrong == []


def test_only_tasks_commands_and_the_outbox_call_celery():
    allowed = (
        "tasks.py",
        *NUDGERS,
        "renovation/celery.py",
        "renovation/__init__.py",
        "renovation/settings.py",
        "management/",
    )
    found = [
        short(path) for path in python_files()
        if any(name.split(".")[0] in {"celery", "kombu"} for name in imports_of(path)) and not any(mark in short(path) for mark in allowed)
    ]  # fmt: skip
    assert found == []
