"""What pages and other floors may ask of the tree."""

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from regions.choices import COUNTY_KINDS, REPORTING_KINDS, RegionKind
from regions.models import Region
from regions.querysets import Viewer


def province() -> Region:
    """The root. Raises Region.DoesNotExist when the tree was not loaded (`load_regions`)."""
    return Region.objects.get(kind=RegionKind.PROVINCE)


def region_or_404(code: str, viewer: Viewer) -> Region:
    """The region in the viewer's reach; outside it 404, as if it did not exist."""
    found = Region.objects.visible_to(viewer).filter(code=code).first()
    if found is None:
        raise Http404(_("There is no such region in your area."))
    return found


def ancestors(region: Region) -> list[Region]:
    """From the province down to the region itself: the breadcrumb, in one query."""
    return list(Region.objects.filter(code__in=region.codes).order_by("depth"))


def children(region: Region) -> QuerySet[Region]:
    """The next level down, in code order."""
    return Region.objects.filter(parent=region).order_by("code")


def reporting_units() -> QuerySet[Region]:
    """Units reporting to the province."""
    return Region.objects.filter(kind__in=REPORTING_KINDS).order_by("code")


def counties(under: Region) -> QuerySet[Region]:
    """County-level units in a region's subtree, itself included when it is one."""
    return Region.objects.within(under).filter(kind__in=COUNTY_KINDS)
