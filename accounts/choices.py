"""Words of accounts: the roles of DOMAIN.md section 2."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from regions.choices import Level


class Role(TextChoices):
    """What a post makes of its holder."""

    PROVINCE_OFFICIAL = "province_official", _("Provincial official")
    CITY_OFFICIAL = "city_official", _("City official")
    DISTRICT_STAFF = "district_staff", _("District staff")
    STREET_STAFF = "street_staff", _("Street staff")
    DEPARTMENT_STAFF = "department_staff", _("Department staff")
    AUDITOR = "auditor", _("Auditor")


# the levels of the tree at which a role can have its post
ROLE_LEVELS: dict[Role, tuple[Level, ...]] = {
    Role.PROVINCE_OFFICIAL: (Level.PROVINCE,),
    Role.CITY_OFFICIAL: (Level.REPORTING,),
    Role.DISTRICT_STAFF: (Level.COUNTY,),
    Role.STREET_STAFF: (Level.SUB_DISTRICT, Level.COMMITTEE),
    Role.DEPARTMENT_STAFF: (Level.PROVINCE, Level.REPORTING, Level.COUNTY),
    Role.AUDITOR: (Level.PROVINCE, Level.REPORTING, Level.COUNTY),
}
