"""Stage history: append-only, each change with the findings that let it pass."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from projects.choices import Stage
from projects.models import Project
from projects.querysets import BelowProjectQuerySet


class ChangeKind(models.TextChoices):
    """A step up, a step taken back, or a change of condition."""

    REACH = "reach", _("reached")
    REVERSE = "reverse", _("taken back")
    SUSPEND = "suspend", _("suspended")
    RESUME = "resume", _("resumed")
    WITHDRAW = "withdraw", _("withdrawn")


@pgtrigger.register(pgtrigger.Protect(name="stage_change_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class StageChange(models.Model):
    """One step of a project: true since `happened_on`, known since `recorded_at`.

    A REACH row says that the project reached `stage`; a REVERSE row names the row it takes back (`reverses`), which then
    no longer counts on any day. `findings` holds what the gate saw: a list of Finding dictionaries.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="stage_changes")
    kind = models.CharField(max_length=10, choices=ChangeKind)
    stage = models.CharField(max_length=10, choices=Stage)
    happened_on = models.DateField(_("happened on"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    findings = models.JSONField(default=list)
    rule_version = models.CharField(max_length=20)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by")

    objects = BelowProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("stage change")
        verbose_name_plural = _("stage changes")
        ordering = ("happened_on", "pk")
        indexes = [models.Index(fields=["project", "stage", "happened_on"], name="stage_change_of_project")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="reverse", reverses__isnull=False) | (~models.Q(kind="reverse") & models.Q(reverses__isnull=True)),
                name="stage_change_reversal_names_its_row",
            ),
            models.CheckConstraint(condition=models.Q(kind="reach") | ~models.Q(reason=""), name="stage_change_back_needs_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.kind} {self.stage} {self.happened_on}"


class ProjectOnTheStair(Project):
    """The project as this floor guards it: its stage moves only together with a row of its history.

    The newest row must be a step to that stage, or a step taken back.
    """

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Trigger(
                name="stage_moves_with_its_change",
                operation=pgtrigger.UpdateOf("stage"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__stage__df=pgtrigger.F("new__stage")),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM (
                            SELECT kind, stage FROM lifecycle_stagechange WHERE project_id = NEW.id ORDER BY id DESC LIMIT 1
                        ) newest WHERE newest.kind = 'reverse' OR newest.stage = NEW.stage
                    ) THEN
                        RAISE EXCEPTION 'a project''s stage moves only together with its stage change'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]
