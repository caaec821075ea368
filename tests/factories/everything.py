"""One row of every region-scoped table in a county: for the test that no city ever sees another's.

A new region-scoped model gets its line here; tests/architecture/test_scope.py fails until it has one.
"""

import datetime
import uuid
from itertools import count
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts.models import ApiToken
from analytics.models import DailyCount
from common.crypto import fingerprint, seal
from communities.models import Disclosure, DistinctPair, Owner
from lifecycle.models import StageChange
from projects.models import Contract, Photo, ProgressReport
from tests.factories.evidence import make_record, make_scheme
from tests.factories.people import make_user
from tests.factories.register import make_community, make_households
from tests.factories.works import make_planned_project

DAY = datetime.date(2021, 5, 31)
_number = count(1)


def make_everything(county_code: str) -> list[Model]:
    """One saved row of each region-scoped model, all below this county."""
    now, number = timezone.now(), next(_number)
    user = make_user("district_staff", county_code)
    community, twin = make_community(county_code), make_community(county_code)
    flat = make_households(community, 1)[0]
    project = make_planned_project(community, county_code=county_code)
    entry = project.entries.get()
    by: dict[str, Any] = {"recorded_at": now, "recorded_by": user}
    works = {
        "kind": Contract._meta.get_field("kind").choices[0][0],
        "number": f"HT-{number}",
        "signed_on": DAY,
        "amount": 1,
        "party": "甲公司",
    }
    picture = {"kind": Photo._meta.get_field("kind").choices[0][0], "file": f"{number}.jpg", "taken_at": now}
    scheme = make_scheme(project, user)
    return [
        project.region,
        user,
        user.posts.get(),
        ApiToken.objects.create(
            name="client",
            user=user,
            digest=uuid.uuid4().hex,
            actions=["projects.see"],
            created_at=now,
            expires_at=now + datetime.timedelta(1),
        ),
        community,
        flat.building,
        flat,
        Owner.objects.create(household=flat, name_sealed=seal("王建国"), person=fingerprint("王建国")),
        Disclosure.objects.create(household=flat, user=user, at=now),
        DistinctPair.objects.create(first=community, second=twin, reason="two yards", user=user, at=now),
        entry.plan,
        project,
        entry,
        Contract.objects.create(project=project, **works, **by),
        Photo.objects.create(project=project, community=community, client_key=uuid.uuid4(), **picture, **by),
        ProgressReport.objects.create(
            entry=entry, month=DAY.replace(day=1), reported_on=DAY, percent=10, paid_amount=0, client_key=uuid.uuid4(), **by
        ),
        scheme,
        scheme.items.first(),
        make_record(project, user, "archive"),
        StageChange.objects.create(project=project, kind="reach", stage="started", happened_on=DAY, rule_version="test", **by),
        DailyCount.objects.create(region=project.region, year=2021, on=DAY),
    ]
