"""Stage history: append-only, each change with the findings that let it pass."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from lifecycle.rules import GATES
from projects.choices import Stage
from projects.models import Project
from projects.querysets import BelowProjectQuerySet
from regions.models import Region

PERSON = settings.AUTH_USER_MODEL


class ChangeKind(models.TextChoices):
    """A step up, a step taken back, or a change of condition."""

    REACH = "reach", _("reached")
    REVERSE = "reverse", _("taken back")
    SUSPEND = "suspend", _("suspended")
    RESUME = "resume", _("resumed")
    WITHDRAW = "withdraw", _("withdrawn")


_ASKED = " ".join(
    f"WHEN '{stage.value}' THEN ARRAY[{', '.join(repr(gate) for gate in gates)}]" for stage, gates in GATES.items() if gates
)  # fmt: skip


@pgtrigger.register(
    pgtrigger.Protect(name="stage_change_never_changed", operation=pgtrigger.Update | pgtrigger.Delete),
    pgtrigger.Trigger(
        name="stage_reached_with_its_findings",
        operation=pgtrigger.Insert,
        when=pgtrigger.Before,
        condition=pgtrigger.Q(new__kind="reach"),
        declare=[("asked", "TEXT"), ("found", "JSONB")],
        func="""
            FOREACH asked IN ARRAY CASE NEW.stage WHEN_ASKED ELSE ARRAY[]::TEXT[] END LOOP
                SELECT each INTO found FROM jsonb_array_elements(NEW.findings) AS each WHERE each ->> 'code' = asked LIMIT 1;
                IF found IS NULL OR NOT COALESCE((found ->> 'passed')::BOOLEAN, FALSE) THEN
                    RAISE EXCEPTION 'stage %: the finding of the gate % is missing or not passed', NEW.stage, asked
                        USING ERRCODE = 'check_violation';
                END IF;
                IF found ->> 'override' IS NULL THEN
                    IF (found ->> 'actual')::NUMERIC * 100
                        < (found ->> 'required')::NUMERIC * COALESCE((found ->> 'threshold')::NUMERIC, 100) THEN
                        RAISE EXCEPTION 'stage %: the finding of the gate % does not reach its share', NEW.stage, asked
                            USING ERRCODE = 'check_violation';
                    END IF;
                ELSIF NOT EXISTS (
                    SELECT 1 FROM lifecycle_gateoverride let
                    WHERE let.id = (found ->> 'override')::BIGINT AND let.takes_back_id IS NULL
                        AND (let.project_id, let.stage, let.gate) = (NEW.project_id, NEW.stage, asked)
                        AND NOT EXISTS (SELECT 1 FROM lifecycle_gateoverride back WHERE back.takes_back_id = let.id)
                        AND NOT EXISTS (
                            SELECT 1 FROM lifecycle_stagechange past WHERE past.project_id = NEW.project_id
                                AND past.findings @> jsonb_build_array(jsonb_build_object('override', let.id))
                        )
                ) THEN
                    RAISE EXCEPTION 'stage %: nobody let the gate % be passed', NEW.stage, asked USING ERRCODE = 'check_violation';
                END IF;
            END LOOP;
            RETURN NEW;
        """.replace("WHEN_ASKED", _ASKED),
    ),
)
class StageChange(models.Model):
    """One step of a project: true since `happened_on`, known since `recorded_at`.

    A REACH row says that the project reached `stage`; a REVERSE row names the row it takes back (`reverses`), which then
    no longer counts on any day. `findings` holds what the gates saw: a list of Finding dictionaries. The database takes no
    REACH row without a finding of every gate of its stage (`rules.GATES`), passed, or let pass by an override that stands.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="stage_changes")
    kind = models.CharField(max_length=10, choices=ChangeKind)
    stage = models.CharField(max_length=10, choices=Stage)
    happened_on = models.DateField(_("happened on"))
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    resumes_on = models.DateField(_("expected to go on"), null=True, blank=True)  # of a suspension
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
            models.CheckConstraint(
                condition=models.Q(resumes_on__isnull=True) | models.Q(kind="suspend", resumes_on__gt=models.F("happened_on")),
                name="stage_change_resumes_after_its_suspension",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id} {self.kind} {self.stage} {self.happened_on}"


@pgtrigger.register(pgtrigger.Protect(name="gate_override_never_changed", operation=pgtrigger.Update | pgtrigger.Delete))
class GateOverride(models.Model):
    """A level above lets one gate of one step be passed, with a reason and in public (DOMAIN.md section 5). Append-only.

    `region` is where the actor's post stands: strictly above the project's county. It holds for that step alone and is used
    up by it (the step's finding names it). Taken back by a further row that names it (`takes_back`).
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="overrides")
    stage = models.CharField(_("stage"), max_length=10, choices=Stage)
    gate = models.CharField(_("gate"), max_length=30)
    reason = models.CharField(_("reason"), max_length=300)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("level above"))
    takes_back = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="taken_back_by")
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(PERSON, models.PROTECT, related_name="+")

    objects = BelowProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("gate override")
        verbose_name_plural = _("gate overrides")
        ordering = ("-recorded_at", "-pk")
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="gate_override_needs_a_reason")]

    def __str__(self) -> str:
        return f"{self.project_id} {self.stage} {self.gate}"


STAGES = ", ".join(f"'{stage.value}'" for stage in Stage)
# only its own newest row moves a stage: a step to it, or a step taken back to the one that stands (to the step before, where none does;
# which step that was is read from the row taken back, of this project, not from what the newer row says)
MOVE = """
                    SELECT * INTO newest FROM lifecycle_stagechange WHERE project_id = NEW.id ORDER BY id DESC LIMIT 1;
                    SELECT r.stage INTO standing FROM lifecycle_stagechange r
                    WHERE r.project_id = NEW.id AND r.kind = 'reach'
                      AND NOT EXISTS (SELECT 1 FROM lifecycle_stagechange b WHERE b.reverses_id = r.id)
                    ORDER BY r.id DESC LIMIT 1;
                    SELECT r.stage INTO reversed FROM lifecycle_stagechange r
                    WHERE r.id = newest.reverses_id AND r.project_id = NEW.id;
                    IF newest IS NULL OR NOT (
                        (newest.kind = 'reach' AND newest.stage = NEW.stage)
                        OR (newest.kind = 'reverse' AND standing IS NOT NULL AND standing.stage = NEW.stage)
                        OR (newest.kind = 'reverse' AND standing IS NULL AND reversed IS NOT NULL
                            AND array_position(ARRAY[STAGES], NEW.stage::text) = array_position(ARRAY[STAGES], reversed.stage::text) - 1)
                    ) THEN
                        RAISE EXCEPTION 'a project''s stage moves only together with its stage change'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """.replace("STAGES", STAGES)


class ProjectOnTheStair(Project):
    """The project as this floor guards it: its stage moves only together with a row of its history.

    The newest row must be a step to that stage, or a step taken back. A project that is written with a stage beyond
    "surveyed" must have the row of that step by the end of its transaction.
    """

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Trigger(
                name="stage_moves_with_its_change",
                operation=pgtrigger.UpdateOf("stage"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__stage__df=pgtrigger.F("new__stage")),
                declare=[("newest", "record"), ("standing", "record"), ("reversed", "record")],
                func=MOVE,
            ),
            pgtrigger.Trigger(
                name="stage_begins_with_its_change",
                operation=pgtrigger.Insert,
                when=pgtrigger.After,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__stage__df="surveyed"),
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM lifecycle_stagechange WHERE project_id = NEW.id AND kind = 'reach' AND stage = NEW.stage
                    ) THEN
                        RAISE EXCEPTION 'a project stands at a stage only with its stage change' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]
