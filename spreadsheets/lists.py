"""The lists that go out."""

from __future__ import annotations

from spreadsheets.sheets.base import ListSheet
from spreadsheets.sheets.catalogue import CATALOGUE
from spreadsheets.sheets.community_list import COMMUNITY_LIST
from spreadsheets.sheets.coverage import COVERAGE
from spreadsheets.sheets.details import DETAILS
from spreadsheets.sheets.facilities import FACILITY_LIST
from spreadsheets.sheets.project_list import PROJECT_LIST
from spreadsheets.sheets.ranking import RANKING
from spreadsheets.sheets.region_list import REGION_LIST
from spreadsheets.sheets.round_answers import ROUND_ANSWERS, ROUND_TEXTS
from spreadsheets.sheets.round_list import ROUND_LIST
from spreadsheets.sheets.scheme import SCHEME_CHANGES, SCHEME_ITEMS
from spreadsheets.sheets.special_list import SPECIAL_LIST
from spreadsheets.sheets.work_progress import WORK_PROGRESS

LISTS: dict[str, ListSheet] = {
    sheet.name: sheet
    for sheet in (
        RANKING,
        DETAILS,
        PROJECT_LIST,
        COMMUNITY_LIST,
        REGION_LIST,
        ROUND_LIST,
        ROUND_ANSWERS,
        ROUND_TEXTS,
        CATALOGUE,
        SCHEME_ITEMS,
        SCHEME_CHANGES,
        SPECIAL_LIST,
        WORK_PROGRESS,
        FACILITY_LIST,
        COVERAGE,
    )
}
