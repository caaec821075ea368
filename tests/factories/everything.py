"""One row of every region-scoped table in a county: for the test that no city ever sees another's.

A new region-scoped model gets its line here; tests/architecture/test_scope.py fails until it has one.
"""

import datetime
import uuid
from itertools import count
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts.models import ApiToken, User
from analytics.models import DailyCount
from common.crypto import fingerprint, seal
from communities.models import Community, Disclosure, DistinctPair, Owner
from facilities.models import CircleCount, CircleResult, CircleTotal, CommunityTheme, Conversion, Inspection
from facilities.operations.circles import assess, order_run
from lifecycle.models import (
    AcceptanceSheet,
    ArchiveEntry,
    Defect,
    DefectCheck,
    GateOverride,
    SheetItem,
    SheetParty,
    SheetPhoto,
    Signature,
    TicketStep,
    WarrantyTicket,
)
from projects.models import (
    Bidder,
    ChangeDecision,
    ChangeOrder,
    CityTemplate,
    Contract,
    DiaryEntry,
    Photo,
    ProgressReport,
    Project,
    SchemeAttachment,
    Suggestion,
    TemplateItem,
)
from surveys.models import (
    Annulment,
    Ballot,
    CallBack,
    Keying,
    Objection,
    Publication,
    Reminder,
    Review,
    RollCorrection,
    RollEntry,
    Round,
    RoundBatch,
    RoundBatchItem,
    RoundCount,
    Sheet,
    SlipPrint,
    Visit,
)  # fmt: skip
from surveys.operations.rounds import close_round
from tests.factories.catalogue import make_catalogue
from tests.factories.evidence import at, make_record, make_scheme, make_work_progress
from tests.factories.facilities import make_facility
from tests.factories.people import make_user
from tests.factories.register import make_community, make_households
from tests.factories.rounds import cast, make_open_round
from tests.factories.special import make_special_rows
from tests.factories.works import make_planned_project, write_step

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
    contract = Contract.objects.create(project=project, **works, **by)
    photo = Photo.objects.create(project=project, community=community, client_key=uuid.uuid4(), **picture, **by)
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
        contract,
        photo,
        ProgressReport.objects.create(
            entry=entry, month=DAY.replace(day=1), reported_on=DAY, percent=10, paid_amount=0, client_key=uuid.uuid4(), **by
        ),
        scheme,
        scheme.items.first(),
        scheme.items.first().work,
        Suggestion.objects.create(project=project, kind="meals", name="老年食堂", key="老年食堂", source="gap", made_at=now, made_by=user),
        SchemeAttachment.objects.create(
            scheme=scheme, title="x", name="x.pdf", file="schemes/none.pdf", form="pdf", size=1, digest="0" * 64, **by
        ),
        *make_site_rows(project, contract, by),
        *make_template_rows(project),
        make_record(project, user, "archive"),
        write_step(project, "started", DAY, user),
        GateOverride.objects.create(
            project=project, stage="started", gate="works_contract", reason="x", region=project.region.parent, **by
        ),
        DailyCount.objects.create(region=project.region, year=2021, on=DAY),
        *make_facility_rows(community, project, user, now),
        *make_acceptance_rows(community, project, contract, photo, by),
        *make_special_rows(project, community, user, now),
        *make_round_rows(community, project, user, now),
    ]


def make_site_rows(project: Project, contract: Contract, by: dict[str, Any]) -> list[Model]:
    """One row of each table of progress, contracts and diary."""
    now, user = by["recorded_at"], by["recorded_by"]
    order = ChangeOrder.objects.create(
        contract=contract,
        number="BG-1",
        reason="多挖一段",
        amount_delta=1,
        state="approved",
        drafted_at=now,
        drafted_by=user,
        submitted_at=now,
    )
    work = project.works.first()
    assert work is not None
    return [
        make_work_progress(work, user, "2021-05-31", 10),
        Bidder.objects.create(contract=contract, name="乙公司", amount=1, rank=1),
        order,
        ChangeDecision.objects.create(order=order, approved=True, **by),
        DiaryEntry.objects.create(project=project, on=DAY, weather="sun", workers=12, text="挖沟", client_key=uuid.uuid4(), **by),
    ]


def make_template_rows(project: Project) -> list[Model]:
    """A template of the project's city with one item."""
    catalogue = make_catalogue()
    template = CityTemplate.objects.create(region=project.region.parent, name=f"9+X {project.pk}", catalogue=catalogue)
    return [template, TemplateItem.objects.create(template=template, item=catalogue.items.first())]


def make_acceptance_rows(community: Community, project: Project, contract: Contract, photo: Photo, by: dict[str, Any]) -> list[Model]:
    """One row of each table of acceptance and what comes after it."""
    now, user = by["recorded_at"], by["recorded_by"]
    work = project.works.first()
    sheet = AcceptanceSheet.objects.create(
        project=project, attempt=1, state="held", planned_on=DAY, held_on=DAY, place="广场", content_hash="0" * 64, prepared_at=now,
        prepared_by=user,
    )  # fmt: skip
    party = SheetParty.objects.create(sheet=sheet, kind="contractor", name="甲公司")
    item = SheetItem.objects.create(sheet=sheet, position=1, work=work, name="屋面")
    defect = Defect.objects.create(sheet=sheet, item=item, what="渗水", responsible=party, due_on=DAY, found_at=now, found_by=user)
    ticket = WarrantyTicket.objects.create(
        project=project, community=community, kind="roof", what="渗水", reported_on=DAY, contract=contract, warranty_until=DAY, due_on=DAY,
        created_at=now, created_by=user,
    )  # fmt: skip
    return [
        sheet,
        party,
        item,
        defect,
        DefectCheck.objects.create(defect=defect, checked_on=DAY, checked_by_name="刘工", mended=True, **by),
        Signature.objects.create(party=party, content_hash="0" * 64, agrees=True, way="typed", name_sealed=seal("刘工"), **by),
        SheetPhoto.objects.create(sheet=sheet, item=item, photo=photo),
        ticket,
        TicketStep.objects.create(ticket=ticket, state="open", happened_on=DAY, note="报修", **by),
        ArchiveEntry.objects.create(project=project, document="as_built", number="A-1", filed_by_name="刘工", filed_on=DAY, **by),
    ]


def make_facility_rows(community: Community, project: Project, user: User, now: datetime.datetime) -> list[Model]:
    """One row of each table of facilities."""
    facility = make_facility(community, project=project, actor=user)
    assess(actor=user, at=now, community=community, item="culture", verdict="met")
    run = order_run(region=project.region, at=now)
    by: dict[str, Any] = {"recorded_at": now, "recorded_by": user}
    conversion = Conversion.objects.create(
        project=project, community=community, name="老浴室", from_kind="bathhouse", to_kind="hall", area=180, created_at=now, updated_at=now
    )
    return [
        facility,
        facility.changes.get(),
        community.assessments.get(),
        CircleCount.objects.get(community=community),
        CircleResult.objects.filter(community=community).first(),
        CircleTotal.objects.filter(region=project.region).first(),
        run,
        conversion,
        CommunityTheme.objects.create(community=community, name="健康田园"),
        Inspection.objects.create(facility=facility, months=3, inspected_on=DAY, in_use=True, **by),
    ]


def make_round_rows(community: Community, project: Project, user: User, now: datetime.datetime) -> list[Model]:
    """One row of each table of rounds."""
    round_ = make_open_round(community, project, households=6, actor=user)
    by: dict[str, Any] = {"recorded_at": now, "recorded_by": user}
    entry, second = RollEntry.objects.filter(round=round_).order_by("number")[:2]
    correction = RollCorrection.objects.create(round=round_, what="area", reason="wrong", roll_hash="0" * 64, **by)
    ballot = Ballot.objects.get(pk=cast(entry).ballot_id)
    sheet = Sheet.objects.create(
        round=round_, entry=second, photo="sheets/none.jpg", handed_in_at=now, registered_at=now, registered_by=user
    )
    close_round(round_=Round.objects.get(pk=round_.pk), at=at("2021-04-20"))
    batch = RoundBatch.objects.create(
        region=round_.community.region, kind="scheme", source="library:scheme_full", opens_at=at("2021-04-01"), closes_at=at("2021-04-10"),
        language="zh-hans", created_at=now, created_by=user,
    )  # fmt: skip
    objection = Objection.objects.create(round=round_, entry=entry, ballot=ballot, text="not mine", raised_at=now)
    return [
        Round.objects.get(pk=round_.pk),
        entry,
        ballot,
        correction,
        RoundCount.objects.get(round=round_),
        Publication.objects.get(round=round_),
        sheet,
        Keying.objects.create(sheet=sheet, number=1, **by),
        Visit.objects.create(entry=second, outcome="absent", **by),
        CallBack.objects.create(ballot=ballot, drawn_at=now),
        Review.objects.create(round=round_, kind="night", subject="2021-04-06", raised_at=now),
        objection,
        Annulment.objects.create(ballot=ballot, objection=objection, **by),
        Reminder.objects.create(entry=second, on=DAY, sent_at=now),
        SlipPrint.objects.create(round=round_, household_count=6, **by),
        batch,
        RoundBatchItem.objects.create(batch=batch, community=round_.community, project=round_.project, state="done", round=round_),
    ]
