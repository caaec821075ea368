"""The forms and lists there are, and the steps of a long job."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from spreadsheets.sheets.base import ImportSheet
from spreadsheets.sheets.communities import COMMUNITIES
from spreadsheets.sheets.facilities import FACILITIES
from spreadsheets.sheets.households import HOUSEHOLDS
from spreadsheets.sheets.regions import REGIONS

IMPORTS: dict[str, ImportSheet] = {sheet.name: sheet for sheet in (COMMUNITIES, HOUSEHOLDS, REGIONS, FACILITIES)}

CHECK_STEPS = (_("open the file"), _("check every row"), _("compare with the register"), _("mark the copy"))
WRITE_STEPS = (_("open the file"), _("check every row"), _("compare with the register"), _("write the register"))
EXPORT_STEPS = (_("collect the rows"), _("write the workbook"), _("check the workbook"))
