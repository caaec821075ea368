"""Joint acceptance: the sheet, who signs it, what is checked, what was found, and the signatures."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from common.crypto import masked_name, unseal
from lifecycle.choices import SHEET_MOVES, Department, ItemResult, PartyKind, SheetState, SignWay
from lifecycle.querysets import BelowDefectQuerySet, BelowPartyQuerySet, BelowSheetQuerySet, DefectQuerySet, SheetQuerySet
from projects.models import Photo, Project, SpecialWork, Work

PERSON = settings.AUTH_USER_MODEL
APPEND_ONLY = pgtrigger.Update | pgtrigger.Delete

# a sheet is complete only with a signature "for" of everybody on its present state, nothing unchecked and no open defect
COMPLETE = """
    IF EXISTS (
        SELECT 1 FROM lifecycle_sheetparty p WHERE p.sheet_id = NEW.id AND p.removed_at IS NULL AND NOT EXISTS (
            SELECT 1 FROM lifecycle_signature s WHERE s.party_id = p.id AND s.agrees AND s.content_hash = NEW.content_hash
                AND s.id = (SELECT max(id) FROM lifecycle_signature WHERE party_id = p.id)
        )
    ) THEN
        RAISE EXCEPTION 'acceptance sheet %: a signature on its present state is missing', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM lifecycle_sheetparty WHERE sheet_id = NEW.id AND kind = 'resident' AND removed_at IS NULL)
        OR NOT EXISTS (SELECT 1 FROM lifecycle_sheetparty WHERE sheet_id = NEW.id AND kind = 'department' AND removed_at IS NULL)
        OR NOT EXISTS (SELECT 1 FROM lifecycle_sheetitem WHERE sheet_id = NEW.id) THEN
        RAISE EXCEPTION 'acceptance sheet %: it has no item, no department or no representative of the residents', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM lifecycle_sheetitem WHERE sheet_id = NEW.id AND result = '')
        OR EXISTS (SELECT 1 FROM lifecycle_defect WHERE sheet_id = NEW.id AND mended_on IS NULL AND NOT minor) THEN
        RAISE EXCEPTION 'acceptance sheet %: an item is not checked or a defect is open', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
# what is written on a sheet changes only while it is on its way
ON_ITS_WAY = """
                IF EXISTS (SELECT 1 FROM lifecycle_acceptancesheet WHERE id = OLD.sheet_id AND state NOT IN ('prepared', 'held')) THEN
                    RAISE EXCEPTION 'acceptance sheet %: it is closed', OLD.sheet_id USING ERRCODE = 'check_violation';
                END IF;
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            """


def _closed(name: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(name=name, operation=APPEND_ONLY, when=pgtrigger.Before, func=ON_ITS_WAY)


@pgtrigger.register(
    pgtrigger.FSM(
        name="acceptance_sheet_moves_by_its_table",
        field="state",
        transitions=[(before, after) for before, afters in SHEET_MOVES.items() for after in afters],
    ),
    pgtrigger.Trigger(
        name="acceptance_sheet_completed_with_every_signature",
        operation=pgtrigger.UpdateOf("state"),
        when=pgtrigger.Before,
        condition=pgtrigger.Q(new__state="complete") & ~pgtrigger.Q(old__state="complete"),
        func=COMPLETE,
    ),
    pgtrigger.Trigger(
        name="acceptance_sheet_keeps_its_content",
        operation=pgtrigger.Update,
        when=pgtrigger.Before,
        condition=pgtrigger.Q(old__state__in=["complete", "rectify", "withdrawn"], old__content_hash__df=pgtrigger.F("new__content_hash")),
        func="RAISE EXCEPTION 'acceptance sheet %: it is closed', OLD.id USING ERRCODE = 'check_violation';",
    ),
    pgtrigger.Protect(name="acceptance_sheet_never_deleted", operation=pgtrigger.Delete),
)
@pghistory.track(exclude=["content_hash"])
class AcceptanceSheet(models.Model):
    """One attempt at the joint acceptance of a project: prepared, held and signed, then complete, to be rectified, or withdrawn.

    `content_hash` is the SHA-256 of what the items and defects say now (`acceptance.content_hash`): signatures are bound to it.
    A sheet to be rectified stays as it is; the next attempt carries its open defects over.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="acceptance_sheets", verbose_name=_("project"))
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    state = models.CharField(_("state"), max_length=10, choices=SheetState, default=SheetState.PREPARED, editable=False)
    planned_on = models.DateField(_("planned on"))
    place = models.CharField(_("place"), max_length=100)
    held_on = models.DateField(_("held on"), null=True, blank=True)
    content_hash = models.CharField(max_length=64, editable=False)
    prepared_at = models.DateTimeField(_("prepared at"), editable=False)
    prepared_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(PERSON, models.PROTECT, null=True, blank=True, related_name="+", editable=False)
    closed_reason = models.CharField(_("reason"), max_length=300, blank=True)
    synthetic = models.BooleanField(default=False, editable=False)

    objects = SheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("acceptance sheet")
        verbose_name_plural = _("acceptance sheets")
        ordering = ("-planned_on", "-pk")
        constraints = [
            models.UniqueConstraint(fields=["project", "attempt"], name="acceptance_attempt_once"),
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(state__in=["prepared", "held", "complete"]), name="acceptance_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(held_on__isnull=False) | models.Q(state__in=["prepared", "withdrawn"]), name="acceptance_held_on_a_day"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["rectify", "withdrawn"]) | ~models.Q(closed_reason=""),
                name="acceptance_given_up_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["prepared", "held"], closed_at__isnull=True)
                | models.Q(state__in=["complete", "rectify", "withdrawn"], closed_at__isnull=False, closed_by__isnull=False),
                name="acceptance_closed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.attempt}"

    @property
    def on_the_way(self) -> bool:
        """Prepared or being signed."""
        return self.state in {SheetState.PREPARED, SheetState.HELD}


@pgtrigger.register(
    _closed("sheet_party_of_a_closed_sheet_stays"), pgtrigger.Protect(name="sheet_party_never_deleted", operation=pgtrigger.Delete)
)
@pghistory.track()
class SheetParty(models.Model):
    """Somebody who signs: a department (by code), a firm (by name), or a named representative of the residents (name sealed).

    `place` is a representative's building and stairwell. Added by hand or taken off with a reason, before the sheet is held.
    """

    sheet = models.ForeignKey(AcceptanceSheet, models.PROTECT, related_name="parties")
    kind = models.CharField(_("kind"), max_length=12, choices=PartyKind)
    department = models.CharField(_("department"), max_length=16, blank=True, choices=Department)
    name = models.CharField(_("name"), max_length=100, blank=True)
    name_sealed = models.CharField(max_length=300, blank=True, editable=False)
    place = models.CharField(_("building and stairwell"), max_length=60, blank=True)
    added_reason = models.CharField(_("added because"), max_length=300, blank=True)
    removed_at = models.DateTimeField(_("taken off at"), null=True, blank=True)
    removed_reason = models.CharField(_("taken off because"), max_length=300, blank=True)

    objects = BelowSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("party of an acceptance")
        verbose_name_plural = _("parties of acceptances")
        ordering = ("sheet", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="department", name="", name_sealed="") & ~models.Q(department="")
                | models.Q(kind="resident", department="", name="") & ~models.Q(name_sealed="")
                | ~models.Q(kind__in=["department", "resident"]) & models.Q(department="", name_sealed="") & ~models.Q(name=""),
                name="sheet_party_is_named_by_its_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(removed_at__isnull=True) | ~models.Q(removed_reason=""), name="sheet_party_taken_off_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """As everybody may read it: a representative's name masked."""
        return self.called(clear=False)

    def called(self, *, clear: bool) -> str:
        """The party in words; a representative's name in clear only for who needs it."""
        if self.kind == PartyKind.DEPARTMENT:
            return str(self.get_department_display())
        if self.kind == PartyKind.RESIDENT:
            name = unseal(self.name_sealed)
            words = {"name": name if clear else masked_name(name), "place": self.place}
            return _t("%(name)s (%(place)s)") % words if self.place else words["name"]
        return self.name


@pgtrigger.register(_closed("sheet_item_of_a_closed_sheet_stays"))
@pghistory.track()
class SheetItem(models.Model):
    """One thing that is checked: a work of the standing scheme, or a special work; with what was found."""

    sheet = models.ForeignKey(AcceptanceSheet, models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    work = models.ForeignKey(Work, models.PROTECT, null=True, blank=True, related_name="acceptance_items")
    special = models.ForeignKey(SpecialWork, models.PROTECT, null=True, blank=True, related_name="acceptance_items")
    name = models.CharField(_("item"), max_length=160)
    detail = models.CharField(_("quantity and place"), max_length=160, blank=True)
    result = models.CharField(_("result"), max_length=8, choices=ItemResult, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = BelowSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("item of an acceptance")
        verbose_name_plural = _("items of acceptances")
        ordering = ("sheet", "position")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "position"], name="sheet_item_once_per_place"),
            models.CheckConstraint(
                condition=models.Q(work__isnull=False, special__isnull=True) | models.Q(work__isnull=True, special__isnull=False),
                name="sheet_item_is_a_work_or_a_special_work",
            ),
            models.CheckConstraint(condition=~models.Q(result="na") | ~models.Q(note=""), name="sheet_item_left_out_with_reason"),
        ]

    def __str__(self) -> str:
        return self.name


@pgtrigger.register(_closed("defect_of_a_closed_sheet_stays"), pgtrigger.Protect(name="defect_never_deleted", operation=pgtrigger.Delete))
@pghistory.track()
class Defect(models.Model):
    """Something to be mended, by whom and until when. A minor one may be left to the warranty when the sheet is completed."""

    sheet = models.ForeignKey(AcceptanceSheet, models.PROTECT, related_name="defects")
    item = models.ForeignKey(SheetItem, models.PROTECT, related_name="defects")
    what = models.CharField(_("what is wrong"), max_length=200)
    minor = models.BooleanField(_("minor"), default=False)
    responsible = models.ForeignKey(SheetParty, models.PROTECT, related_name="defects", verbose_name=_("mended by"))
    due_on = models.DateField(_("to be mended by"))
    found_at = models.DateTimeField(_("found at"), editable=False)
    found_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)
    mended_on = models.DateField(_("mended on"), null=True, blank=True)
    carried_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="carried_to")

    objects = DefectQuerySet.as_manager()

    class Meta:
        verbose_name = _("defect")
        verbose_name_plural = _("defects")
        ordering = ("due_on", "pk")
        constraints = [models.CheckConstraint(condition=~models.Q(what=""), name="defect_says_what")]

    def __str__(self) -> str:
        return self.what


@pgtrigger.register(pgtrigger.Protect(name="defect_check_never_changed", operation=APPEND_ONLY))
class DefectCheck(models.Model):
    """A named person looked at a defect again. Append-only."""

    defect = models.ForeignKey(Defect, models.PROTECT, related_name="checks")
    checked_on = models.DateField(_("checked on"))
    checked_by_name = models.CharField(_("checked by"), max_length=60)
    mended = models.BooleanField(_("mended"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    photo = models.ForeignKey(Photo, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    objects = BelowDefectQuerySet.as_manager()

    class Meta:
        verbose_name = _("re-check of a defect")
        verbose_name_plural = _("re-checks of defects")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(condition=~models.Q(checked_by_name=""), name="defect_check_names_a_person"),
            models.CheckConstraint(condition=models.Q(mended=True) | ~models.Q(note=""), name="defect_check_not_mended_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.defect_id} {self.checked_on}"


@pgtrigger.register(
    pgtrigger.Protect(name="signature_never_changed", operation=APPEND_ONLY),
    pgtrigger.Trigger(
        name="signature_on_the_state_that_stands",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        func="""
            IF NOT EXISTS (
                SELECT 1 FROM lifecycle_acceptancesheet h JOIN lifecycle_sheetparty p ON p.sheet_id = h.id
                WHERE p.id = NEW.party_id AND p.removed_at IS NULL AND h.state = 'held' AND h.content_hash = NEW.content_hash
            ) THEN
                RAISE EXCEPTION 'signature: the sheet is not being signed, or not in this state' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    ),
)
class Signature(models.Model):
    """A party's word on the sheet as it stood: for, or against with a reason. Append-only; a party's newest row counts.

    `name_sealed` is the typed name; `drawing` is SVG path data in a field of 600 × 200 (`strokes.checked_path`) or "".
    `recorded_by` is the party's own account, or the clerk at whose screen it was given (`way`).
    """

    party = models.ForeignKey(SheetParty, models.PROTECT, related_name="signatures")
    content_hash = models.CharField(max_length=64)
    agrees = models.BooleanField(_("for"))
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    way = models.CharField(_("given"), max_length=8, choices=SignWay)
    name_sealed = models.CharField(max_length=300)
    drawing = models.TextField(max_length=20_000, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    objects = BelowPartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(condition=~models.Q(name_sealed=""), name="signature_has_a_name"),
            models.CheckConstraint(condition=models.Q(agrees=True) | ~models.Q(reason=""), name="signature_against_says_why"),
            models.CheckConstraint(
                condition=models.Q(way="drawn") & ~models.Q(drawing="") | ~models.Q(way="drawn") & models.Q(drawing=""),
                name="signature_drawn_has_its_drawing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.content_hash[:8]}"


@pgtrigger.register(pgtrigger.Protect(name="sheet_photo_never_changed", operation=APPEND_ONLY))
class SheetPhoto(models.Model):
    """A photo that belongs to an item of a sheet, or to one of its defects. Never changed."""

    item = models.ForeignKey(SheetItem, models.PROTECT, related_name="photos")
    defect = models.ForeignKey(Defect, models.PROTECT, null=True, blank=True, related_name="photos")
    photo = models.ForeignKey(Photo, models.PROTECT, related_name="+")
    sheet = models.ForeignKey(AcceptanceSheet, models.PROTECT, related_name="photos")

    objects = BelowSheetQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo of an acceptance")
        verbose_name_plural = _("photos of acceptances")
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["item", "defect", "photo"], nulls_distinct=False, name="sheet_photo_once"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.photo_id}"
