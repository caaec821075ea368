"""What a list is asked for: region, year, day, read from a query string the same way by page and task."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.period import BadPeriod, Period, default_day, parse_period
from analytics.queries import freshness, year_counts
from common.errors import InvalidInput
from regions.models import Region
from regions.queries import region_or_404
from spreadsheets.columns import official


def region_of(actor: User, query: dict[str, Any]) -> Region:
    """The region asked for, or the actor's own. Raises Http404 outside the actor's area."""
    code = str(query.get("region") or "")
    if code or actor.region is None:
        return region_or_404(code, actor)
    return actor.region


def period_of(query: dict[str, Any], at: datetime.datetime) -> Period:
    """Year and day asked for, or those of the dashboard. Raises InvalidInput."""
    today = timezone.localdate(at)
    years = [one.year for one in year_counts()]
    opens_on = default_day(settings.DASHBOARD_AS_OF, today)
    try:
        return parse_period(str(query.get("year") or ""), str(query.get("as_of") or ""), years=years, opens_on=opens_on, today=today)
    except BadPeriod as error:
        message = _("“%(given)s” is not a day that can be asked for. Write it like 2021-05-31.") % {"given": error.given}
        raise InvalidInput(message, details={error.field: message}) from error


def source_line() -> str:
    """Where figures come from, in official words."""
    with official():
        return _("Source: reported monthly by the counties, reviewed by the cities, frozen by the province")


def as_of_line(period: Period, at: datetime.datetime) -> str:
    """The day of the figures, and when they were counted and printed."""
    with official():
        words = [_("Figures as of %(day)s 24:00") % {"day": period.as_of.isoformat()}]
        fresh = freshness(period.year)
        if fresh is not None:
            words.append(_("counted up to %(time)s") % {"time": _minute(fresh.counted_up_to)})
        words.append(made_line(at))
        return " · ".join(words)


def made_line(at: datetime.datetime) -> str:
    """When the workbook was made."""
    with official():
        return _("made %(time)s") % {"time": _minute(at)}


def _minute(at: datetime.datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M")
