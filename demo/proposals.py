"""What stands beside the schemes of Fuxing: proposed works of the projects to come, and a drawn site plan of each. All synthetic."""

from __future__ import annotations

import datetime
import hashlib
import io
import time

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import ImageDraw

from accounts.models import User
from demo.days import MACHINERY_CODE
from demo.people import clerk_username
from demo.pictures import picture
from projects.choices import Stage, SuggestionSource
from projects.models import Project, Scheme, SchemeAttachment
from projects.operations import suggest_work

COUNTY = "130404"
PROJECTS = 6  # of those that wait for their start
PROPOSED = (
    ("meals", "老年食堂", SuggestionSource.GAP, "步行 15 分钟内没有助餐点（示例）"),
    ("childcare", "托育点", SuggestionSource.GAP, "步行 10 分钟内没有托育点（示例）"),
    ("lifts", "加装电梯", SuggestionSource.OTHER, "议事会上居民提出（示例）"),
)
DRAWN_AT = time.struct_time((2021, 3, 24, 2, 0, 0, 2, 83, 0))


def add_proposals(users: dict[str, User], today: datetime.date) -> None:
    """Open proposals of some projects to come, and a site plan with the newest version of those and of the drawn yard."""
    clerk = users[clerk_username(COUNTY)]
    at = datetime.datetime.combine(today, datetime.time(2), datetime.UTC)
    rows = Project.objects.filter(region__code=COUNTY, stage=Stage.TENDERED).select_related("region").order_by("pk")[:PROJECTS]
    waiting = list(rows)
    for number, project in enumerate(waiting):
        kind, name, source, note = PROPOSED[number % len(PROPOSED)]
        suggest_work(project=project, community=None, kind=kind, name=name, source=source, note=note, actor=clerk, at=at)
    raw = _site_plan()
    digest = hashlib.sha256(raw).hexdigest()
    file = f"schemes/demo/{digest}.pdf"
    if not default_storage.exists(file):
        default_storage.save(file, ContentFile(raw))
    drawn = [*waiting, *Project.objects.filter(code=MACHINERY_CODE)]
    newest = Scheme.objects.filter(project__in=drawn).order_by("project_id", "-version").distinct("project_id")
    SchemeAttachment.objects.bulk_create(
        SchemeAttachment(
            scheme=scheme, title="总平面图（示例）", name="总平面图（示例）.pdf", file=file, form="pdf", size=len(raw), digest=digest,
            recorded_at=scheme.recorded_at, recorded_by=clerk,
        )
        for scheme in newest
    )  # fmt: skip


def _site_plan() -> bytes:
    """One page with the plan of a yard that does not exist, with the mark 示例."""
    out = io.BytesIO()
    picture(_plan).save(out, "PDF", resolution=96, creationDate=DRAWN_AT, modDate=DRAWN_AT)
    return out.getvalue()


def _plan(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((0, 0, 960, 640), fill="#ffffff")
    draw.rectangle((40, 40, 920, 600), outline="#14191f", width=4)
    for top in (90, 230, 370):
        for left in (90, 380, 670):
            draw.rectangle((left, top, left + 210, top + 60), fill="#d9e6ea", outline="#14191f", width=3)
        draw.line((60, top + 100, 900, top + 100), fill="#7c7f80", width=26)
    draw.line((60, 190, 900, 190), fill="#2f6ea3", width=4)
    draw.line((340, 60, 340, 580), fill="#d8a93a", width=4)
    draw.rectangle((90, 510, 300, 580), fill="#7f9a64")
