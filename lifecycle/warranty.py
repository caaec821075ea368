"""Warranty: how long which kind of work is under it, who is responsible, until when a report is handled.

Periods: Regulation on the Quality Management of Construction Projects (State Council Decree 279), Art. 40: roof and façade leaks
5 years, heating and cooling 2 seasons, water, drainage and power lines, equipment and decoration 2 years; other works as agreed.
They run from the day of the acceptance.
"""

from __future__ import annotations

import datetime

from django.conf import settings

from lifecycle.choices import WarrantyKind
from lifecycle.rules import heating_warranty_until, warranty_until
from projects.choices import ContractKind, WorkKind
from projects.models import Contract, Project

KINDS: dict[str, WarrantyKind] = {
    WorkKind.ROOF: WarrantyKind.ROOF,
    WorkKind.FACADE: WarrantyKind.ROOF,
    WorkKind.HEATING: WarrantyKind.HEATING,
    WorkKind.WATER: WarrantyKind.PIPES,
    WorkKind.DRAINAGE: WarrantyKind.PIPES,
    WorkKind.POWER: WarrantyKind.PIPES,
    WorkKind.GAS: WarrantyKind.PIPES,
    WorkKind.TELECOM: WarrantyKind.PIPES,
    WorkKind.LIGHTING: WarrantyKind.EQUIPMENT,
    WorkKind.LIFTS: WarrantyKind.EQUIPMENT,
    WorkKind.CHARGING: WarrantyKind.EQUIPMENT,
    WorkKind.FIRE: WarrantyKind.EQUIPMENT,
    WorkKind.SECURITY: WarrantyKind.EQUIPMENT,
    WorkKind.STAIRS: WarrantyKind.EQUIPMENT,
    WorkKind.ENERGY: WarrantyKind.ROOF,
}


def kind_of_work(kind: str) -> WarrantyKind:
    """The warranty that a kind of work falls under; OTHER for what the regulation does not name."""
    return KINDS.get(kind, WarrantyKind.OTHER)


def warranty_end(kind: str, accepted_on: datetime.date) -> datetime.date:
    """The last day of the period."""
    if kind == WarrantyKind.HEATING:
        begins, ends = settings.HEATING_SEASON
        return heating_warranty_until(accepted_on, seasons=settings.WARRANTY_HEATING_SEASONS, begins=begins, ends=ends)
    return warranty_until(accepted_on, years=settings.WARRANTY_YEARS[kind])


def due_day(reported_on: datetime.date) -> datetime.date:
    """Until when a report is handled."""
    return reported_on + datetime.timedelta(days=settings.WARRANTY_DUE_DAYS)


def responsible_contract(project: Project) -> Contract | None:
    """The newest works contract: its contractor mends."""
    return Contract.objects.filter(project=project, kind=ContractKind.WORKS).order_by("-signed_on", "-pk").first()
