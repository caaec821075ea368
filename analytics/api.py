"""The statistics API: the province's figures and the ranking of its units for everybody, other regions within one's reach."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics import queries
from analytics.anchors import invented
from analytics.gate_figures import GATES, Sums, gate_table
from analytics.gate_figures import RULE_VERSION as GATE_RULE_VERSION
from analytics.indicators import BY_CODE, INDICATORS, Indicator
from analytics.period import BadPeriod, Period, default_day, parse_period
from analytics.queries import Freshness
from common.errors import DomainError, InvalidInput
from common.numbers import Share
from regions.models import Region

DIGITS = 2  # decimal places of a rate's value
KEPT_SECONDS = 86_400  # only to give memory back: the key holds the figures' version


class NoSuchRegion(DomainError):
    """Unknown, or outside the caller's reach: the same answer."""

    code = "no_such_region"
    status = 404


class YearNotCounted(DomainError):
    """There are no figures for the year; `details` lists the years that have some."""

    code = "year_not_counted"
    status = 404


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string", "format": "decimal"}]})
class CountField(serializers.Field):
    """Counts as numbers; yuan and m² as decimal text, which no client rounds by accident."""


class FigureSerializer(serializers.Serializer):
    """One indicator of one region at the end of one day."""

    code = serializers.CharField()
    name = serializers.CharField()
    region = serializers.CharField()
    year = serializers.IntegerField()
    part = CountField(help_text="Counted communities, households, m² or yuan.")
    whole = CountField(allow_null=True, help_text="What it is divided by; null for a plain count.")
    value = serializers.CharField(
        allow_null=True, help_text="Per cent with two places, never clamped; null without a plan. A count itself."
    )
    unit = serializers.CharField(help_text="Unit of value: percent, communities, households, m2 or yuan.")
    counted_in = serializers.CharField(help_text="Unit of part and whole.")
    as_of = serializers.DateField()
    counted_up_to = serializers.DateTimeField()
    rule_version = serializers.CharField()
    synthetic = serializers.BooleanField(help_text="Invented for demonstration; false for published values.")


class RankedSerializer(FigureSerializer):
    """The same figure of a region one level down, with its rank."""

    name = serializers.CharField(help_text="Name of the region.")
    rank = serializers.IntegerField(allow_null=True)
    due = serializers.CharField(allow_null=True, help_text="What the calendar makes due by the day, per cent.")
    change = serializers.CharField(allow_null=True, help_text="Percentage points since the month before.")


class GateSerializer(serializers.Serializer):
    """One of the four rounds behind the three 80 %, in one region at the end of one day; rates in per cent with two places."""

    kind = serializers.ChoiceField(choices=list(GATES))
    name = serializers.CharField()
    region = serializers.CharField(help_text="Code of the region.")
    year = serializers.IntegerField()
    communities_planned = serializers.IntegerField()
    communities_closed = serializers.IntegerField(help_text="With a closed round of the kind; the newest one counts.")
    communities_passed = serializers.IntegerField(help_text="Of these, at least 80 % of all households on the frozen roll.")
    communities_let_pass = serializers.IntegerField(help_text="Whose gate a level above let pass, with name and reason, in public.")
    households = serializers.IntegerField(help_text="On the rolls of these rounds.")
    households_voted = serializers.IntegerField()
    households_agreed = serializers.IntegerField(help_text="Of opinions: that answered.")
    pass_rate = serializers.CharField(allow_null=True, help_text="Passed / closed; null where none is closed.")
    turnout = serializers.CharField(allow_null=True, help_text="Voted / households.")
    approval = serializers.CharField(allow_null=True, help_text="Agreed / households: not answering is no.")
    as_of = serializers.DateField()
    rule_version = serializers.CharField()
    synthetic = serializers.BooleanField(help_text="Whether any of these rounds is invented for demonstration.")


PARAMETERS = [
    OpenApiParameter("region", str, description="Region code; the province when missing."),
    OpenApiParameter("year", int, description="Plan year."),
    OpenApiParameter("as_of", datetime.date, description="Counted to the end of this day; not in the future."),
]


def _number(value: object) -> int | str:
    """Counts as numbers, amounts as decimal text."""
    return value if isinstance(value, int) else str(value)


class _Statistics(APIView):
    """What both calls share: who may ask for which region, for which year and day, and the cache by version."""

    public = True
    action_name = "dashboard.see"

    def _region(self, request: Request) -> Region:
        code = request.query_params.get("region", settings.PROVINCE_CODE)
        found = Region.objects.filter(code=code).first()
        user = request.user
        reached = code == settings.PROVINCE_CODE or (found is not None and user.is_authenticated and user.may(self.action_name, found.path))
        if found is None or not reached:
            raise NoSuchRegion(
                _("There is no region “%(code)s” whose figures are public or in your area. The province is %(province)s.")
                % {"code": code[:20], "province": settings.PROVINCE_CODE}
            )
        return found

    def _period(self, request: Request, counted: list[Freshness]) -> tuple[Period, Freshness]:
        today = timezone.localdate()
        opens_on = default_day(settings.DASHBOARD_AS_OF, today)
        given = {name: request.query_params.get(name, "") for name in ("year", "as_of")}
        try:
            period = parse_period(**given, years=[one.year for one in counted], opens_on=opens_on, today=today)
        except BadPeriod as bad:
            message = (
                _("Write the year with four digits, from 2018 to 2100.")
                if bad.field == "year"
                else _("Write the day as YYYY-MM-DD, not before 2018 and not in the future.")
            )
            raise InvalidInput(message, details={bad.field: message}) from None
        fresh = next((one for one in counted if one.year == period.year), None)
        if fresh is None:
            raise YearNotCounted(
                _("There are no figures for the plan year %(year)s.") % {"year": period.year},
                details={"years": [one.year for one in counted]},
            )
        return period, fresh

    def get(self, request: Request) -> Response:
        """The answer, from the cache where this version of the figures was asked before."""
        region = self._region(request)
        period, fresh = self._period(request, queries.year_counts())
        indicator = self._indicator(request)
        key = ":".join(map(str, (
            type(self).__name__, region.code, period.year, period.as_of, fresh.version, fresh.rule_version, fresh.results, get_language(),
            indicator.code if indicator else "",
        )))  # fmt: skip
        answer = cache.get(key)
        if answer is None:
            answer = self._answer(region, period, fresh, indicator)
            cache.set(key, answer, KEPT_SECONDS)
        return Response(answer)

    def _indicator(self, request: Request) -> Indicator | None:
        return None

    def _answer(self, region: Region, period: Period, fresh: Freshness, indicator: Indicator | None) -> list[dict[str, Any]]:
        raise NotImplementedError


def _figure(indicator: Indicator, region: Region, period: Period, fresh: Freshness, share: Share) -> dict[str, Any]:
    whole = share.whole if indicator.whole else None
    rate = share.rounded(DIGITS)
    value = (None if rate is None else str(rate)) if indicator.whole else str(share.part)
    return {
        "code": indicator.code,
        "name": str(indicator.name),
        "region": region.code,
        "year": period.year,
        "part": _number(share.part),
        "whole": None if whole is None else _number(whole),
        "value": value,
        "unit": "percent" if indicator.whole else indicator.unit,
        "counted_in": indicator.unit,
        "as_of": period.as_of.isoformat(),
        "counted_up_to": timezone.localtime(fresh.counted_up_to).isoformat(timespec="seconds"),
        "rule_version": indicator.rule_version,
        "synthetic": fresh.synthetic and invented(indicator, region.code, period.year, period.as_of, share.part, whole),
    }


class Statistics(_Statistics):
    """`GET /api/v1/statistics/?region=130000&year=2021&as_of=2021-05-31`."""

    @extend_schema(parameters=PARAMETERS, responses=FigureSerializer(many=True), operation_id="statistics")
    def get(self, request: Request) -> Response:
        """Every indicator of a region at the end of a day. The province's figures are public."""
        return super().get(request)

    def _answer(self, region: Region, period: Period, fresh: Freshness, indicator: Indicator | None) -> list[dict[str, Any]]:
        found = queries.figures(region, period.year, period.as_of)
        return [_figure(one, region, period, fresh, found[one.code].share) for one in INDICATORS]


class GateStatistics(_Statistics):
    """`GET /api/v1/statistics/gates/?region=130000&year=2021&as_of=2021-05-31`."""

    @extend_schema(parameters=PARAMETERS, responses=GateSerializer(many=True), operation_id="statistics_gates")
    def get(self, request: Request) -> Response:
        """The three 80 % of a region at the end of a day: rounds held and passed, turnout, approval. The province's are public."""
        return super().get(request)

    def _answer(self, region: Region, period: Period, fresh: Freshness, indicator: Indicator | None) -> list[dict[str, Any]]:
        found = gate_table(region, period.year, period.as_of).total
        return [_gate(kind, sums, region, period) for kind, sums in found.items()]


def _gate(kind: str, sums: Sums, region: Region, period: Period) -> dict[str, Any]:
    rates = {
        "pass_rate": Share(sums.passed, sums.closed),
        "turnout": Share(sums.voted, sums.households),
        "approval": Share(sums.agreed, sums.households),
    }
    return {
        "kind": kind,
        "name": str(GATES[kind]),
        "region": region.code,
        "year": period.year,
        "communities_planned": sums.planned,
        "communities_closed": sums.closed,
        "communities_passed": sums.passed,
        "communities_let_pass": sums.let_pass,
        "households": sums.households,
        "households_voted": sums.voted,
        "households_agreed": sums.agreed,
        **{name: None if share.percent is None else str(share.rounded(DIGITS)) for name, share in rates.items()},
        "as_of": period.as_of.isoformat(),
        "rule_version": GATE_RULE_VERSION,
        "synthetic": sums.synthetic,
    }


class Ranking(_Statistics):
    """`GET /api/v1/statistics/ranking/?region=130000&indicator=start_rate_communities`."""

    @extend_schema(
        parameters=[*PARAMETERS, OpenApiParameter("indicator", str, enum=[one.code for one in INDICATORS if one.whole])],
        responses=RankedSerializer(many=True),
        operation_id="statistics_ranking",
    )
    def get(self, request: Request) -> Response:
        """The regions one level down by one rate, best first. The ranking of the province's units is public."""
        return super().get(request)

    def _indicator(self, request: Request) -> Indicator:
        code = request.query_params.get("indicator", "start_rate_communities")
        found = BY_CODE.get(code)
        if found is None or not found.whole:
            message = _("There is no rate “%(code)s”. The list of indicators names them all.") % {"code": code[:40]}
            raise InvalidInput(message, details={"indicator": message})
        return found

    def _answer(self, region: Region, period: Period, fresh: Freshness, indicator: Indicator | None) -> list[dict[str, Any]]:
        chosen = indicator or BY_CODE["start_rate_communities"]
        rows = queries.ranking(region, period.year, period.as_of, chosen)
        return [self._row(chosen, row, period, fresh) for row in rows]

    def _row(self, indicator: Indicator, row: queries.Standing, period: Period, fresh: Freshness) -> dict[str, Any]:
        now, before = row.share.percent, row.share_before.percent
        change = None if now is None or before is None else str(round(now - before, DIGITS))
        due = None if row.due is None else str(round(row.due, DIGITS))
        figure = _figure(indicator, row.region, period, fresh, row.share)
        return figure | {"name": row.region.name, "rank": row.rank, "due": due, "change": change}
