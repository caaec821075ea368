"""The days of start, completion and acceptance, from the steps that stand, for projects that were there before."""

from django.db import migrations

FILL = """
    ALTER TABLE projects_project DISABLE TRIGGER USER;
    UPDATE projects_project AS project
    SET started_on = days.started_on, completed_on = days.completed_on, accepted_on = days.accepted_on
    FROM (
        SELECT step.project_id,
               MAX(step.happened_on) FILTER (WHERE step.stage = 'started') AS started_on,
               MAX(step.happened_on) FILTER (WHERE step.stage = 'completed') AS completed_on,
               MAX(step.happened_on) FILTER (WHERE step.stage = 'accepted') AS accepted_on
        FROM lifecycle_stagechange AS step
        WHERE step.kind = 'reach'
          AND NOT EXISTS (SELECT 1 FROM lifecycle_stagechange AS back WHERE back.reverses_id = step.id)
        GROUP BY step.project_id
    ) AS days
    WHERE days.project_id = project.id AND days.started_on IS NOT NULL;
    ALTER TABLE projects_project ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("lifecycle", "0003_guard_the_stage_of_a_project"),
        ("projects", "0004_keep_the_days_of_the_works"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
