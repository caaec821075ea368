"""Words of the region tree."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RegionKind(TextChoices):
    """Levels of the tree (DOMAIN.md section 3). The first four city-like kinds are reporting units."""

    PROVINCE = "province", _("Province")
    PREFECTURE_CITY = "prefecture_city", _("Prefecture city")
    DIRECT_CITY = "direct_city", _("City reporting directly")
    NEW_AREA = "new_area", _("New area")
    DISTRICT = "district", _("District")
    COUNTY_CITY = "county_city", _("County-level city")
    COUNTY = "county", _("County")
    AUTONOMOUS_COUNTY = "autonomous_county", _("Autonomous county")
    SUB_DISTRICT = "sub_district", _("Sub-district")
    COMMITTEE = "committee", _("Residents' committee")


REPORTING_KINDS = (RegionKind.PREFECTURE_CITY, RegionKind.DIRECT_CITY, RegionKind.NEW_AREA)
COUNTY_KINDS = (RegionKind.DISTRICT, RegionKind.COUNTY_CITY, RegionKind.COUNTY, RegionKind.AUTONOMOUS_COUNTY)


class Level(TextChoices):
    """The five floors of the tree, whatever the kind."""

    PROVINCE = "province", _("Province")
    REPORTING = "reporting", _("Reporting unit")
    COUNTY = "county", _("County-level unit")
    SUB_DISTRICT = "sub_district", _("Sub-district")
    COMMITTEE = "committee", _("Residents' committee")


LEVEL_DEPTH = {Level.PROVINCE: 1, Level.REPORTING: 2, Level.COUNTY: 3, Level.SUB_DISTRICT: 4, Level.COMMITTEE: 5}
KIND_LEVEL = {
    RegionKind.PROVINCE: Level.PROVINCE,
    **dict.fromkeys(REPORTING_KINDS, Level.REPORTING),
    **dict.fromkeys(COUNTY_KINDS, Level.COUNTY),
    RegionKind.SUB_DISTRICT: Level.SUB_DISTRICT,
    RegionKind.COMMITTEE: Level.COMMITTEE,
}
