"""Words of plans and projects."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Stage(TextChoices):
    """A project's way (DOMAIN.md section 5), in order."""

    SURVEYED = "surveyed", pgettext_lazy("stage", "Surveyed")
    RESERVE = "reserve", pgettext_lazy("stage", "In reserve")
    PLANNED = "planned", pgettext_lazy("stage", "Planned")
    DESIGNED = "designed", pgettext_lazy("stage", "Designed")
    APPROVED = "approved", pgettext_lazy("stage", "Approved")
    TENDERED = "tendered", pgettext_lazy("stage", "Tendered")
    STARTED = "started", pgettext_lazy("stage", "Started")
    COMPLETED = "completed", pgettext_lazy("stage", "Completed")
    ACCEPTED = "accepted", pgettext_lazy("stage", "Accepted")
    CLOSED = "closed", pgettext_lazy("stage", "Closed")


STAGE_ORDER: dict[str, int] = {stage.value: number for number, stage in enumerate(Stage)}


class Condition(TextChoices):
    """Beside the stage: whether work goes on."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class PlanState(TextChoices):
    """An annual plan climbs: county, city, province."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted by the county")
    CONFIRMED = "confirmed", _("Confirmed by the city")
    FROZEN = "frozen", _("Frozen by the province")


class ContractKind(TextChoices):
    """What a contract is for."""

    WORKS = "works", _("Works contract")
    SUPERVISION = "supervision", _("Supervision contract")
    DESIGN = "design", _("Design contract")
    SURVEY = "survey", _("Survey contract")
    OTHER = "other", _("Other contract")


class ChangeState(TextChoices):
    """The way of a change order."""

    DRAFT = "draft", pgettext_lazy("change order", "Draft")
    SUBMITTED = "submitted", pgettext_lazy("change order", "Waiting for approval")
    APPROVED = "approved", pgettext_lazy("change order", "Approved")
    REFUSED = "refused", pgettext_lazy("change order", "Refused")


class Weather(TextChoices):
    """What a diary says of the sky."""

    SUN = "sun", _("Sunny")
    CLOUD = "cloud", _("Cloudy")
    RAIN = "rain", _("Rain")
    SNOW = "snow", _("Snow")
    WIND = "wind", _("Strong wind")
    HAZE = "haze", _("Haze or dust")


class PhotoKind(TextChoices):
    """What a photo shows."""

    BEFORE = "before", _("Before")
    START = "start", _("Contractor on site")
    PROGRESS = "progress", _("Works")
    AFTER = "after", _("Finished")


class WorkClass(TextChoices):
    """The three classes of renovation content (DOMAIN.md section 5)."""

    BASIC = "basic", _("Basic")
    IMPROVEMENT = "improvement", _("Improvement")
    UPGRADE = "upgrade", _("Upgrade")


class WorkKind(TextChoices):
    """What a work item is (DOMAIN.md section 5, "Content"; lighting stands in the State Council's list of 2020)."""

    WATER = "water", _("Water supply")
    DRAINAGE = "drainage", _("Drainage")
    POWER = "power", _("Power")
    GAS = "gas", _("Gas")
    HEATING = "heating", _("Heating")
    TELECOM = "telecom", _("Telecom")
    ROADS = "roads", _("Roads")
    FIRE = "fire", _("Fire safety")
    SECURITY = "security", _("Security")
    ROOF = "roof", _("Roof")
    FACADE = "facade", _("Façade")
    STAIRS = "stairs", _("Stairs")
    GREENING = "greening", _("Greening")
    PARKING = "parking", _("Parking")
    CHARGING = "charging", _("Charging")
    LIGHTING = "lighting", _("Lighting")
    ENERGY = "energy", _("Energy saving")
    LIFTS = "lifts", _("Lifts")
    DEMOLITION = "demolition", _("Removal of illegal structures")
    ELDERLY = "elderly", _("Elderly care")
    CHILDCARE = "childcare", _("Childcare")
    MEALS = "meals", _("Meals")
    MARKET = "market", _("Convenience market")
    HEALTH = "health", _("Health service")
    CULTURE = "culture", _("Culture and meeting")
    PARCEL = "parcel", _("Parcel points")
    SMART = "smart", _("Smart community")


_BASIC = {"water", "drainage", "power", "gas", "heating", "telecom", "roads", "fire", "security", "roof", "facade", "stairs"}
_IMPROVEMENT = {"greening", "parking", "charging", "lighting", "energy", "lifts", "demolition"}
WORK_CLASS: dict[str, WorkClass] = {
    kind.value: WorkClass.BASIC if kind in _BASIC else WorkClass.IMPROVEMENT if kind in _IMPROVEMENT else WorkClass.UPGRADE
    for kind in WorkKind
}


class PipeOwner(TextChoices):
    """Whose pipes, cables and lifts stand in a yard; the same codes as the kinds of work on them."""

    WATER = "water", _("Water company")
    DRAINAGE = "drainage", _("Drainage authority")
    GAS = "gas", _("Gas company")
    POWER = "power", _("Power company")
    HEATING = "heating", _("Heating company")
    TELECOM = "telecom", _("Telecom companies")
    LIFTS = "lifts", _("Lift company or owner")


# works that open the ground, and those that make its surface
DIGGING: frozenset[str] = frozenset({"water", "drainage", "power", "gas", "heating", "telecom"})
PAVING = WorkKind.ROADS

# how the department of a post names an owner: its code, a short word alone, or a name that ends so ("邯郸市热力公司")
OWNER_DEPARTMENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    PipeOwner.WATER: (("供水", "自来水"), ("供水公司", "自来水公司", "水务公司", "water company")),
    PipeOwner.DRAINAGE: (("排水",), ("排水单位", "排水公司", "排水处", "drainage authority")),
    PipeOwner.GAS: (("燃气", "天然气"), ("燃气公司", "天然气公司", "gas company")),
    PipeOwner.POWER: (("供电", "电力"), ("供电公司", "电力公司", "power company")),
    PipeOwner.HEATING: (("供热", "热力"), ("供热公司", "热力公司", "heating company")),
    PipeOwner.TELECOM: (
        ("通信", "弱电"),
        ("通信企业", "通信公司", "电信公司", "联通公司", "移动公司", "telecom companies", "telecom company"),
    ),
    PipeOwner.LIFTS: (("电梯",), ("电梯公司", "电梯单位", "lift company", "lift company or owner")),
}


class StretchKind(TextChoices):
    """Where a trench can be dug."""

    YARD = "yard", _("Yard")
    ROAD = "road", _("Road")


class SpecialState(TextChoices):
    """A special work's way: filed by its owner, agreed with the county, carried out, accepted with the project."""

    FILED = "filed", pgettext_lazy("special work", "Filed")
    AGREED = "agreed", pgettext_lazy("special work", "Agreed")
    RUNNING = "running", pgettext_lazy("special work", "Running")
    COMPLETED = "completed", pgettext_lazy("special work", "Completed")
    ACCEPTED = "accepted", pgettext_lazy("special work", "Accepted")
    WITHDRAWN = "withdrawn", pgettext_lazy("special work", "Withdrawn")


# state → the states it can move to; back with a reason, and a withdrawn one stays withdrawn
SPECIAL_MOVES: dict[str, tuple[str, ...]] = {
    SpecialState.FILED: (SpecialState.AGREED, SpecialState.WITHDRAWN),
    SpecialState.AGREED: (SpecialState.RUNNING, SpecialState.FILED, SpecialState.WITHDRAWN),
    SpecialState.RUNNING: (SpecialState.COMPLETED,),
    SpecialState.COMPLETED: (SpecialState.ACCEPTED, SpecialState.RUNNING),
    SpecialState.ACCEPTED: (SpecialState.COMPLETED,),
    SpecialState.WITHDRAWN: (),
}


class OwnerAnswer(TextChoices):
    """What the owner of pipes or cables says before a yard is opened."""

    NONE = "none", _("No works here")
    JOINS = "joins", _("Joins the works")
    CANNOT = "cannot", _("Cannot join")


class Side(TextChoices):
    """Who pays: the three sides of DOMAIN.md section 7."""

    GOVERNMENT = "government", _("Government")
    RESIDENTS = "residents", _("Residents")
    SOCIETY = "society", _("Society")


class CatalogueState(TextChoices):
    """A year's catalogue of works."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", pgettext_lazy("catalogue", "Published")
    SUPERSEDED = "superseded", pgettext_lazy("catalogue", "Superseded")


class Output(TextChoices):
    """What the works come to (DOMAIN.md section 5, "Output indicators")."""

    PIPES = "pipes", _("Pipes and cables renewed")
    ROADS = "roads", _("Roads repaired")
    LIFTS = "lifts", _("Lifts added")
    PARKING = "parking", _("Parking places added")
    CAR_CHARGING = "car_charging", _("Charging points for cars")
    BIKE_CHARGING = "bike_charging", _("Charging points for e-bikes")
    ENERGY = "energy", _("Floor area made energy-saving")
    GREEN = "green", _("Green area")
    ACTIVITY = "activity", _("Activity grounds")
    FACILITIES = "facilities", _("Service facilities")
    FACILITY_AREA = "facility_area", _("Area of service facilities")
    ILLEGAL_REMOVED = "illegal_removed", _("Illegal structures removed")


# the unit in which each is counted; "" for numbers of things
OUTPUT_UNIT: dict[str, str] = {
    Output.PIPES: "km",
    Output.ROADS: "m²",
    Output.LIFTS: "",
    Output.PARKING: "",
    Output.CAR_CHARGING: "",
    Output.BIKE_CHARGING: "",
    Output.ENERGY: "m²",
    Output.GREEN: "m²",
    Output.ACTIVITY: "m²",
    Output.FACILITIES: "",
    Output.FACILITY_AREA: "m²",
    Output.ILLEGAL_REMOVED: "m²",
}


class SuggestionSource(TextChoices):
    """Where a proposed work comes from."""

    GAP = "gap", _("Missing in the living circle")
    WISH = "wish", _("Residents' wish")
    TEMPLATE = "template", _("City template")
    OTHER = "other", _("Other")


class SuggestionState(TextChoices):
    """What became of a proposed work."""

    OPEN = "open", pgettext_lazy("suggestion", "Open")
    TAKEN = "taken", pgettext_lazy("suggestion", "Taken over")
    DISMISSED = "dismissed", pgettext_lazy("suggestion", "Dismissed")


class RecordKind(TextChoices):
    """Dated documents that gates ask for."""

    FISCAL_ASSESSMENT = "fiscal_assessment", _("Fiscal-capacity assessment")
    PROPERTY_MODE = "property_mode", _("Property-management mode")
    FUNDING = "funding", _("Funding source")
    DIG_ONCE = "dig_once", _("Dig-once confirmation")
    APPROVAL = "approval", _("Approval of the scheme")
    TENDER = "tender", _("Award notice")
    SPECIAL_DONE = "special_done", _("Special works completed")
    SPECIAL_ACCEPTED = "special_accepted", _("Special works accepted")
    ACCEPTANCE = "acceptance", _("Joint acceptance sheet")
    RESIDENTS_SIGNATURE = "residents_signature", _("Residents' representatives' signature")
    PROPERTY_AGREEMENT = "property_agreement", _("Property agreement")
    FINAL_ACCOUNT = "final_account", _("Final account")
    ARCHIVE = "archive", _("Archive")


# kinds that owners' confirmations, special works, the acceptance sheet and the archive's checklist have taken over: old ones stay
# readable, new ones are not offered
TAKEN_OVER: frozenset[str] = frozenset(
    {
        RecordKind.DIG_ONCE, RecordKind.SPECIAL_DONE, RecordKind.SPECIAL_ACCEPTED, RecordKind.ACCEPTANCE, RecordKind.RESIDENTS_SIGNATURE,
        RecordKind.ARCHIVE,
    }
)  # fmt: skip
# kinds that concern one of several: the side that pays, or the owner of the pipes
RECORD_SUBJECTS: dict[str, type[TextChoices]] = {
    RecordKind.FUNDING: Side,
    RecordKind.DIG_ONCE: PipeOwner,
    RecordKind.SPECIAL_DONE: PipeOwner,
    RecordKind.SPECIAL_ACCEPTED: PipeOwner,
}
WITH_AMOUNT: frozenset[str] = frozenset({RecordKind.FUNDING, RecordKind.FINAL_ACCOUNT})
WITH_NUMBER: frozenset[str] = frozenset({RecordKind.APPROVAL, RecordKind.TENDER, RecordKind.PROPERTY_AGREEMENT})
