"""The first account of an installation."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_the_first_official_is_made_at_the_console(tree, capsys):
    call_command("create_account", "li.weidong", "李卫东", "province_official")
    user = User.objects.get(username="li.weidong")
    assert user.check_password(capsys.readouterr().out.split()[-1])
    assert user.must_change_password
    assert user.may("plans.freeze", "130000/")


@pytest.mark.parametrize(
    "words", [("li", "李", "city_official"), ("li", "李", "province_official", "999999"), ("two words", "李", "province_official")]
)
def test_a_wrong_value_writes_nothing(tree, words):
    with pytest.raises(CommandError):
        call_command("create_account", *words)
    assert not User.objects.exists()
