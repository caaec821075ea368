"""The region tree: the spine of the house."""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from regions.choices import KIND_LEVEL, LEVEL_DEPTH, Level, RegionKind
from regions.querysets import RegionQuerySet


@pghistory.track()
class Region(models.Model):
    """Province, reporting unit, county-level unit, sub-district or residents' committee.

    `path` holds the codes from the root, each followed by "/": the parent is data, because a code's prefix does not give
    the reporting unit (Dingzhou, Xinji, Xiong'an).
    """

    code = models.CharField(_("code"), max_length=15, unique=True)
    name_zh = models.CharField(_("Chinese name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=80, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=RegionKind)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent"))
    path = models.CharField(max_length=90, unique=True, editable=False)
    depth = models.PositiveSmallIntegerField(editable=False)
    pinyin = models.CharField(max_length=120, editable=False)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    synthetic = models.BooleanField(_("synthetic"), default=False)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ("path",)
        indexes = [models.Index(fields=["path"], name="region_path_prefix", opclasses=["varchar_pattern_ops"])]
        constraints = [
            models.CheckConstraint(condition=models.Q(parent__isnull=False) | models.Q(kind=RegionKind.PROVINCE), name="region_has_parent"),
            models.UniqueConstraint(fields=["parent", "name_zh"], name="region_name_once_per_parent"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language; Chinese where there is no English one."""
        return self.name_en if (get_language() or "").startswith("en") and self.name_en else self.name_zh

    @property
    def level(self) -> Level:
        """Which floor of the tree."""
        return KIND_LEVEL[RegionKind(self.kind)]

    @property
    def codes(self) -> list[str]:
        """Codes from the root down to this region."""
        return self.path.rstrip("/").split("/")

    @property
    def county_code(self) -> str | None:
        """Code of the county-level unit above or at this region; None above that level."""
        codes = self.codes
        depth = LEVEL_DEPTH[Level.COUNTY]
        return codes[depth - 1] if len(codes) >= depth else None
