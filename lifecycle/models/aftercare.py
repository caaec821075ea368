"""After the acceptance: warranty tickets with their steps, and what the archive holds on paper."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from communities.models import Community
from lifecycle.choices import TICKET_MOVES, ArchiveDocument, TicketState, WarrantyKind
from lifecycle.models.acceptance import APPEND_ONLY, PERSON, Defect
from lifecycle.querysets import BelowTicketQuerySet, TicketQuerySet
from projects.models import Contract, Photo, Project
from projects.querysets import BelowProjectQuerySet


@pgtrigger.register(
    pgtrigger.FSM(
        name="warranty_ticket_moves_by_its_table",
        field="state",
        transitions=[(before, after) for before, afters in TICKET_MOVES.items() for after in afters],
    ),
    pgtrigger.Protect(name="warranty_ticket_never_deleted", operation=pgtrigger.Delete),
)
@pghistory.track()
class WarrantyTicket(models.Model):
    """Something that broke within the warranty, who mends it, and until when.

    `warranty_until` is the last day of the kind's period, `in_warranty` whether it was reported within it (a late report is kept
    and said to be late). Who reported it is personal data: sealed. `defect`: left over from the acceptance as minor.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="warranty_tickets", verbose_name=_("project"))
    community = models.ForeignKey(Community, models.PROTECT, related_name="warranty_tickets", verbose_name=_("community"))
    place = models.CharField(_("building, stairwell, door"), max_length=100, blank=True)
    kind = models.CharField(_("kind of work"), max_length=10, choices=WarrantyKind)
    what = models.CharField(_("what is wrong"), max_length=300)
    reported_on = models.DateField(_("reported on"))
    reporter_sealed = models.CharField(max_length=400, blank=True, editable=False)
    contract = models.ForeignKey(
        Contract, models.PROTECT, null=True, blank=True, related_name="warranty_tickets", verbose_name=_("responsible by contract")
    )
    warranty_until = models.DateField(_("warranty until"))
    due_on = models.DateField(_("to be mended by"))
    state = models.CharField(_("state"), max_length=10, choices=TicketState, default=TicketState.OPEN, editable=False)
    defect = models.OneToOneField(Defect, models.PROTECT, null=True, blank=True, related_name="ticket")
    photo = models.ForeignKey(Photo, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+", editable=False)
    synthetic = models.BooleanField(default=False, editable=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("warranty ticket")
        verbose_name_plural = _("warranty tickets")
        ordering = ("-reported_on", "-pk")
        indexes = [models.Index(fields=["project", "state"], name="warranty_ticket_of_project")]
        constraints = [models.CheckConstraint(condition=~models.Q(what=""), name="warranty_ticket_says_what")]

    def __str__(self) -> str:
        return self.what

    @property
    def in_warranty(self) -> bool:
        """Whether it was reported within the period."""
        return self.reported_on <= self.warranty_until

    @property
    def waits(self) -> bool:
        """Not handled, or re-opened."""
        return self.state in {TicketState.OPEN, TicketState.REOPENED}


@pgtrigger.register(pgtrigger.Protect(name="ticket_step_never_changed", operation=APPEND_ONLY))
class TicketStep(models.Model):
    """A warranty ticket came into a state: by whom, when, with what note and photo. Append-only."""

    ticket = models.ForeignKey(WarrantyTicket, models.PROTECT, related_name="steps")
    state = models.CharField(_("state"), max_length=10, choices=TicketState)
    happened_on = models.DateField(_("happened on"))
    note = models.CharField(_("note"), max_length=300)
    photo = models.ForeignKey(Photo, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    objects = BelowTicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a warranty ticket")
        verbose_name_plural = _("steps of warranty tickets")
        ordering = ("pk",)
        constraints = [models.CheckConstraint(condition=~models.Q(note=""), name="ticket_step_says_what")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.state}"


@pgtrigger.register(pgtrigger.Protect(name="archive_entry_never_changed", operation=APPEND_ONLY))
class ArchiveEntry(models.Model):
    """A document put into the project's archive: its number or shelf, who filed it, when. Append-only; taken back by a further row."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="archive_entries")
    document = models.CharField(_("document"), max_length=20, choices=ArchiveDocument)
    number = models.CharField(_("number or place in the archive"), max_length=80)
    filed_by_name = models.CharField(_("filed by"), max_length=60)
    filed_on = models.DateField(_("filed on"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    takes_back = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="taken_back_by")
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    objects = BelowProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("document in the archive")
        verbose_name_plural = _("documents in the archive")
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(condition=models.Q(takes_back__isnull=True) | ~models.Q(note=""), name="archive_taken_back_with_reason")
        ]

    def __str__(self) -> str:
        return f"{self.get_document_display()} {self.number}"
