import pytest

from tests.factories.register import make_community


@pytest.fixture
def as_(client, request):
    def sign_in(who):
        user = request.getfixturevalue(who) if isinstance(who, str) else who
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def community(tree):
    return make_community(name="机械厂家属院", population=900, elderly_count=200)
