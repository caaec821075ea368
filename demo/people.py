"""The demo accounts: one or more of every role, all synthetic, all with the same published password."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import make_password

from accounts.choices import Role
from accounts.models import Post, User
from demo.names import person
from regions.choices import COUNTY_KINDS, REPORTING_KINDS
from regions.models import Region

SINCE = datetime.datetime(2020, 1, 2, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Account:
    """A demo account of the main list."""

    username: str
    name: str
    role: Role
    region: str
    department: str = ""


MAIN = (
    Account("province", "王建国", Role.PROVINCE_OFFICIAL, "130000"),
    Account("city_handan", "赵志刚", Role.CITY_OFFICIAL, "130400"),
    Account("city_cangzhou", "孙丽华", Role.CITY_OFFICIAL, "130900"),
    Account("clerk_fuxing", "王芳", Role.DISTRICT_STAFF, "130404"),
    Account("worker_fuxing", "郭建民", Role.DISTRICT_STAFF, "130404"),
    Account("district_fuxing", "李敏", Role.DISTRICT_STAFF, "130404"),
    Account("district_congtai", "周海燕", Role.DISTRICT_STAFF, "130403"),
    Account("street_erliuqier", "张玉兰", Role.STREET_STAFF, "130404006"),
    Account("department_housing", "陈学文", Role.DEPARTMENT_STAFF, "130404", "住房和城乡建设局"),
    Account("department_planning", "马晓东", Role.DEPARTMENT_STAFF, "130404", "自然资源和规划局"),
    Account("department_fire", "宋立新", Role.DEPARTMENT_STAFF, "130404", "消防救援大队"),
    Account("department_urban", "韩雪梅", Role.DEPARTMENT_STAFF, "130404", "城市管理综合行政执法局"),
    Account("department_heating", "孟庆海", Role.DEPARTMENT_STAFF, "130404", "热力公司"),
    Account("department_gas", "曹慧敏", Role.DEPARTMENT_STAFF, "130400", "燃气公司"),
    Account("auditor", "刘正平", Role.AUDITOR, "130000"),
)


def city_username(code: str) -> str:
    """Account of a reporting unit: c130100."""
    return {account.region: account.username for account in MAIN if account.role == Role.CITY_OFFICIAL}.get(code, f"c{code.rstrip('R')}")


def clerk_username(code: str) -> str:
    """Account of a county-level unit: d130102."""
    return {account.region: account.username for account in MAIN if account.role == Role.DISTRICT_STAFF}.get(code, f"d{code}")


def loaded() -> bool:
    """Whether the demo accounts are there: the marker of a loaded demo (all is written in one transaction)."""
    return User.objects.filter(username=MAIN[0].username, synthetic=True).exists()


def add_accounts(seed: int) -> dict[str, User]:
    """Every account, by user name. The password is hashed once: the hash is the same for all, as the password is."""
    rng = Random(f"{seed}:people")
    regions = {region.code: region for region in Region.objects.filter(depth__lte=4)}
    password = make_password(settings.LOAD_DEMO_PASSWORD)
    wanted = list(MAIN)
    known = {account.username for account in MAIN}
    for code in sorted(regions):
        if regions[code].kind in REPORTING_KINDS and city_username(code) not in known:
            wanted.append(Account(city_username(code), person(rng), Role.CITY_OFFICIAL, code))
        elif regions[code].kind in COUNTY_KINDS and clerk_username(code) not in known:
            wanted.append(Account(clerk_username(code), person(rng), Role.DISTRICT_STAFF, code))
    users = User.objects.bulk_create(
        User(username=account.username, name=account.name, password=password, synthetic=True, created_at=SINCE) for account in wanted
    )
    Post.objects.bulk_create(
        Post(user=user, role=account.role, region=regions[account.region], department=account.department, starts_on=SINCE.date())
        for user, account in zip(users, wanted, strict=True)
    )
    return {user.username: user for user in users}
