"""Facilities around communities."""

import datetime
from itertools import count
from typing import Any

from django.utils import timezone

from accounts.models import User
from communities.models import Community
from facilities.models import Facility
from facilities.operations.inventory import add_facility
from tests.factories.people import make_user

_number = count(1)
METRE = 1 / 111_195  # degrees of latitude


def make_facility(
    community: Community, *, kind: str = "station", metres: float = 0, state: str = "open", actor: User | None = None, **more: Any
) -> Facility:
    """A facility so many straight metres north of the community, entered by the county's staff."""
    number = next(_number)
    values = {
        "name": f"测试设施{number}",
        "kind": kind,
        "region": community.region,
        "longitude": community.longitude,
        "latitude": community.latitude + metres * METRE,
        "area": 1000,
        "opened_on": datetime.date(2020, 1, 1) if state in {"open", "idle", "closed"} else None,
    } | more
    actor = actor or User.objects.filter(posts__region=community.region, posts__role="district_staff").first()
    actor = actor or make_user("district_staff", community.region.county_code)
    reason = "no operator" if state in {"idle", "closed"} else ""
    return add_facility(actor=actor, at=timezone.now(), values=values, state=state, reason=reason)
