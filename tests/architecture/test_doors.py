"""Every address is guarded, or says on purpose that it is public."""

import inspect

import pytest
from django.urls import URLPattern, get_resolver
from rest_framework.views import APIView

from accounts.authentication import ActionPermission
from accounts.permissions import ACTIONS
from common.views import ActionView, PublicView, SignedInView

# other people's views, public on purpose
OTHERS = {"set_language", "api-schema", "api-docs"}
# own pages that need no login; a new one is written down here
PUBLIC = {
    "home",
    "accounts:login", "accounts:logout", "healthz", "design", "analytics:definitions", "analytics:map", "projects:overrides", "analytics:published",
    "projects:scheme-public",
    "surveys:find", "surveys:receipt-qr", "surveys:vote", "surveys:vote-slip", "surveys:vote-question", "surveys:ballot-cast",
    "surveys:objection", "surveys:results", "surveys:result", "surveys:ballot-file", "surveys:roll-file", "surveys:verifier", "surveys:proof",
}  # fmt: skip


def addresses(patterns=None, prefix="", space=""):
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLPattern):
            name = f"{space}{pattern.name}"
            yield name, prefix + str(pattern.pattern), pattern.callback
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, prefix + str(pattern.pattern), inner)


ADDRESSES = [(name, path, callback) for name, path, callback in addresses() if name not in OTHERS]
IDS = [name for name, _path, _callback in ADDRESSES]


def view_of(callback):
    return getattr(callback, "view_class", None) or getattr(callback, "cls", None)


def test_every_address_has_a_name_of_its_own():
    named = [(name, path) for name, path, _callback in ADDRESSES]
    assert [path for name, path in named if name.endswith("None")] == []


@pytest.mark.parametrize(("name", "path", "callback"), ADDRESSES, ids=IDS)
def test_every_address_is_guarded(name, path, callback):
    view = view_of(callback)
    assert view is not None, f"{path}: a function has no guard; make it a class"
    if issubclass(view, APIView):
        action = inspect.getattr_static(view, "action_name", None)
        assert action is not None, f"{path}: an API view names its action_name"
        assert isinstance(action, property) or action in ACTIONS
        assert ActionPermission in view.permission_classes
    elif issubclass(view, ActionView):
        assert view.action in ACTIONS, f"{path}: {view.action} stands in no line of the permission table"
    elif issubclass(view, SignedInView):
        assert name.startswith("accounts:"), "only one's own account needs no action"
    else:
        assert issubclass(view, PublicView), f"{path}: neither guarded nor public on purpose"
        assert name in PUBLIC, f"{path}: write the new public page down here"


def test_every_action_of_the_table_guards_something():
    from tests.architecture.houses import python_files

    text = "".join(path.read_text(encoding="utf-8") for path in python_files() if path.name != "permissions.py")
    assert [action for action in ACTIONS if f'"{action}"' not in text] == []


ARGUMENTS = {
    "pk": 1, "post_pk": 1, "token_pk": 1, "code": "130404", "first": 1, "second": 2, "entry": 1, "way": "suspend", "gate": "willingness", "key": "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
    "sheet": "communities", "item": "culture", "digest": "x", "kind": "scheme", "paper": 1, "call": 1, "review": 1, "objection": 1, "ballot": 1,
}  # fmt: skip


@pytest.mark.django_db
def test_a_stranger_is_sent_to_sign_in_from_every_guarded_page(client, tree):
    from django.urls import reverse

    entered = []
    for name, path, callback in ADDRESSES:
        view = view_of(callback)
        if name in PUBLIC or issubclass(view, APIView):
            continue
        wanted = {each for each in ARGUMENTS if f":{each}>" in path or f"<{each}>" in path}
        address = reverse(name, kwargs={each: ARGUMENTS[each] for each in wanted})
        for call in (client.get, client.post):
            answer = call(address)
            if answer.status_code != 302 or "/accounts/login/" not in answer.headers["Location"]:
                entered.append((name, answer.status_code))
    assert entered == []


@pytest.mark.django_db
def test_a_stranger_reads_nothing_from_the_api_that_is_not_public(client, tree):
    for name, path, callback in ADDRESSES:
        view = view_of(callback)
        if issubclass(view, APIView) and not getattr(view, "public", False) and "(?P" not in path:
            answer = client.get("/" + path.replace("^", "").replace("$", ""))
            assert answer.status_code == 401, name
            assert answer.headers["Content-Type"].startswith("application/problem+json")
