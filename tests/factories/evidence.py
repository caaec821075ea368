"""Evidence for the gates: contracts, photos, reports."""

import datetime
import io
import uuid
from decimal import Decimal

from django.utils import timezone
from PIL import Image

from accounts.models import User
from projects.comparing import without_spaces
from projects.models import Contract, Entry, Photo, ProgressReport, Project, Record, Scheme, SchemeItem, Work, WorkProgress
from projects.queries import works_of
from tests.factories.works import write_step


def at(day: str, time: str = "10:00") -> datetime.datetime:
    """A moment in Shanghai: at("2021-06-18")."""
    return timezone.make_aware(datetime.datetime.fromisoformat(f"{day}T{time}"))


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def picture(
    width: int = 640, height: int = 400, *, taken: str = "", position: tuple[float, float] | None = None, form: str = "JPEG"
) -> bytes:
    """A real picture, with EXIF time ("2021:04:28 09:30:00") and GPS (longitude, latitude) when asked."""
    image = Image.effect_noise((width, height), 60).convert("RGB")
    exif = Image.Exif()
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
        exif[0x010F] = "SecretPhone"
    if position:
        gps = exif.get_ifd(0x8825)
        for tag, value, ref in ((3, position[0], "E"), (1, position[1], "N")):
            degrees = int(value)
            minutes = int((value - degrees) * 60)
            gps[tag] = ref
            gps[tag + 1] = (degrees, minutes, round((value - degrees - minutes / 60) * 3600, 4))
    out = io.BytesIO()
    image.save(out, form, exif=exif)
    return out.getvalue()


def make_contract(
    project: Project, actor: User, kind: str = "works", *, signed: str = "2021-04-26", amount: int = 3_205_000, number: str = ""
) -> Contract:
    return Contract.objects.create(
        project=project,
        kind=kind,
        number=number or f"{kind}-{project.pk}",
        signed_on=day(signed),
        amount=Decimal(amount),
        party="示例建设公司",
        recorded_at=at(signed),
        recorded_by=actor,
    )


def make_photo(entry: Entry, actor: User, kind: str = "start", *, taken: str = "2021-04-28", in_yard: bool = True) -> Photo:
    """A photo's row alone, without files."""
    return Photo.objects.create(
        project=entry.project,
        community=entry.community,
        kind=kind,
        file="photos/none.jpg",
        taken_at=at(taken),
        longitude=114.46,
        latitude=36.61,
        distance=0 if in_yard else 900,
        in_yard=in_yard,
        client_key=uuid.uuid4(),
        recorded_at=at(taken),
        recorded_by=actor,
    )


def make_report(entry: Entry, actor: User, month: str, percent: int, paid: int = 0, **more: object) -> ProgressReport:
    """A report's row alone: make_report(entry, actor, "2021-06", 40, 400_000)."""
    first = day(f"{month}-01")
    return ProgressReport.objects.create(
        entry=entry,
        month=first,
        reported_on=first.replace(day=28),
        percent=percent,
        paid_amount=Decimal(paid),
        client_key=uuid.uuid4(),
        recorded_at=at(f"{month}-28"),
        recorded_by=actor,
        **more,
    )


def make_work_progress(work: Work, actor: User, on: str, percent: int, **more: object) -> WorkProgress:
    """A row of a work's progress alone: make_work_progress(work, actor, "2021-06-18", 40)."""
    values = {"reported_on": day(on), "percent": percent, "client_key": uuid.uuid4(), "recorded_at": at(on), "recorded_by": actor}
    return WorkProgress.objects.create(work=work, **(values | more))


def finish_works(project: Project, actor: User, on: str) -> None:
    """Every work of the version that stands is at 100 % on the day."""
    for item in works_of(project):
        make_work_progress(item.work, actor, on, 100)


ITEMS = (
    ("water", "给排水管网", "2.4", "km", 1_480_000),
    ("roof", "屋面防水", "4120", "m²", 965_000),
    ("facade", "外墙粉刷", "15300", "m²", 2_140_000),
)


def make_scheme(
    project: Project, actor: User, *, drawn: str = "2021-03-15", items: tuple[tuple[str, str, str, str, int], ...] = ITEMS
) -> Scheme:
    """The project's next version; items are (kind, name, quantity, unit, yuan)."""
    version = project.schemes.count() + 1
    scheme = Scheme.objects.create(
        project=project,
        version=version,
        title="改造方案",
        summary="换水管，修屋面，刷外墙。",
        drawn_on=day(drawn),
        reason="" if version == 1 else "居民意见",
        item_count=len(items),
        recorded_at=at(drawn),
        recorded_by=actor,
    )
    for position, (kind, name, quantity, unit, amount) in enumerate(items, start=1):
        work, _new = Work.objects.get_or_create(project=project, kind=kind, key=without_spaces(name), defaults={"name": name})
        SchemeItem.objects.create(
            scheme=scheme, work=work, position=position, kind=kind, name=name, quantity=Decimal(quantity), unit=unit, amount=Decimal(amount)
        )
    return scheme


def make_record(
    project: Project, actor: User, kind: str, *, dated: str = "2021-03-20", subject: str = "", amount: int | None = None, party: str = ""
) -> Record:
    """A document of the project."""
    return Record.objects.create(
        project=project,
        kind=kind,
        subject=subject,
        party=party or "复兴区住房和城乡建设局",
        number=f"{kind}-{project.pk}",
        dated_on=day(dated),
        amount=amount,
        recorded_at=at(dated),
        recorded_by=actor,
    )


def give_start_evidence(project: Project, actor: User) -> None:
    """Both contracts and a photo of each community, all before the end of April 2021."""
    make_contract(project, actor, "works", signed="2021-04-26")
    make_contract(project, actor, "supervision", signed="2021-04-27", amount=80_000)
    for entry in project.entries.all():
        make_photo(entry, actor)


def bring_to(project: Project, stage: str, on: str, actor: User) -> Project:
    """Set a stage together with its row and invented findings, past the gates."""
    write_step(project, stage, day(on), actor, recorded_at=at(on))
    project.stage, project.stage_on = stage, day(on)
    if stage in {"started", "completed", "accepted"}:
        setattr(project, f"{stage}_on", day(on))
    project.save()
    return project
