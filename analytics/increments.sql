-- What changed per county and day for the projects of one plan year, derived from the rows themselves in one statement.
-- Parameters: year; counties (ids) or NULL for all; below (a region path) or NULL: only communities under that path.
-- kind: 0 planned, 1 due to start, 2 due to be completed, 3 designed, 4 started, 5 completed, 6 accepted.
WITH scope AS MATERIALIZED (
    SELECT e.id, e.project_id, p.region_id, e.household_count, e.floor_area, e.planned_amount,
           CASE WHEN a.state = 'frozen' THEN e.entered_on END AS entered_on,
           e.removed_on, e.planned_start_on, e.planned_completion_on
    FROM projects_entry e
    JOIN projects_project p ON p.id = e.project_id
    LEFT JOIN projects_annualplan a ON a.id = e.plan_id
    WHERE e.year = %(year)s
      AND (%(counties)s::bigint[] IS NULL OR p.region_id = ANY (%(counties)s::bigint[]))
      AND (%(below)s::text IS NULL OR e.community_id IN (
            SELECT c.id FROM communities_community c JOIN regions_region r ON r.id = c.region_id
            WHERE starts_with(r.path, %(below)s::text)))
), reached AS (
    -- a step counts as reached on the first day on which the project stood there or further
    SELECT c.project_id,
           min(c.happened_on) FILTER (WHERE c.kind = 'reach' AND c.stage = ANY (%(designed)s::text[])) AS designed_on,
           min(c.happened_on) FILTER (WHERE c.kind = 'reach' AND c.stage = ANY (%(started)s::text[])) AS started_on,
           min(c.happened_on) FILTER (WHERE c.kind = 'reach' AND c.stage = ANY (%(completed)s::text[])) AS completed_on,
           min(c.happened_on) FILTER (WHERE c.kind = 'reach' AND c.stage = ANY (%(accepted)s::text[])) AS accepted_on,
           min(c.happened_on) FILTER (WHERE c.kind = 'withdraw') AS withdrawn_on
    FROM lifecycle_stagechange c
    WHERE c.kind IN ('reach', 'withdraw')
      AND c.project_id IN (SELECT project_id FROM scope)
      AND NOT EXISTS (SELECT 1 FROM lifecycle_stagechange r WHERE r.reverses_id = c.id)
    GROUP BY c.project_id
), event AS (
    SELECT s.region_id, v.kind, v.since AS day, v.sign, s.household_count, s.floor_area, s.planned_amount
    FROM scope s
    LEFT JOIN reached r ON r.project_id = s.project_id
    CROSS JOIN LATERAL (SELECT least(s.removed_on, r.withdrawn_on) AS ended_on) x
    CROSS JOIN LATERAL (
        SELECT kind, since, until FROM (VALUES
            (0, s.entered_on, s.removed_on),
            (1, CASE WHEN s.entered_on IS NOT NULL AND s.planned_start_on IS NOT NULL
                THEN greatest(s.entered_on, s.planned_start_on) END, s.removed_on),
            (2, CASE WHEN s.entered_on IS NOT NULL AND s.planned_completion_on IS NOT NULL
                THEN greatest(s.entered_on, s.planned_completion_on) END, s.removed_on),
            (3, r.designed_on, x.ended_on),
            (4, r.started_on, x.ended_on),
            (5, r.completed_on, x.ended_on),
            (6, r.accepted_on, x.ended_on)
        ) AS w (kind, since, until)
        WHERE since IS NOT NULL AND (until IS NULL OR until > since)
    ) AS span
    CROSS JOIN LATERAL (
        SELECT span.kind, span.since, 1 AS sign
        UNION ALL
        SELECT span.kind, span.until, -1 WHERE span.until IS NOT NULL
    ) AS v
), counted AS (
    SELECT region_id, day, kind, sum(sign) AS communities, sum(sign * household_count) AS households,
           sum(sign * floor_area) FILTER (WHERE kind = 0) AS area, sum(sign * planned_amount) FILTER (WHERE kind = 0) AS amount, 0 AS paid
    FROM event GROUP BY region_id, day, kind
    UNION ALL
    -- the newest report of a month counts; what is paid in a month is what it adds to the month before
    SELECT region_id, reported_on, 7, 0, 0, 0, 0, sum(paid_amount - before)
    FROM (
        SELECT s.region_id, n.reported_on, n.paid_amount, lag(n.paid_amount, 1, 0) OVER (PARTITION BY n.entry_id ORDER BY n.month) AS before
        FROM (
            SELECT DISTINCT ON (t.entry_id, t.month) t.entry_id, t.month, t.reported_on, t.paid_amount
            FROM projects_progressreport t
            WHERE t.entry_id IN (SELECT id FROM scope)
            ORDER BY t.entry_id, t.month, t.id DESC
        ) n
        JOIN scope s ON s.id = n.entry_id
    ) d
    GROUP BY region_id, reported_on
)
SELECT region_id, %(year)s AS year, day AS "on",
    coalesce(sum(communities) FILTER (WHERE kind = 0), 0) AS planned_communities,
    coalesce(sum(households) FILTER (WHERE kind = 0), 0) AS planned_households,
    coalesce(sum(area), 0) AS planned_area,
    coalesce(sum(amount), 0) AS planned_amount,
    coalesce(sum(communities) FILTER (WHERE kind = 3), 0) AS designed_communities,
    coalesce(sum(households) FILTER (WHERE kind = 3), 0) AS designed_households,
    coalesce(sum(communities) FILTER (WHERE kind = 4), 0) AS started_communities,
    coalesce(sum(households) FILTER (WHERE kind = 4), 0) AS started_households,
    coalesce(sum(communities) FILTER (WHERE kind = 5), 0) AS completed_communities,
    coalesce(sum(households) FILTER (WHERE kind = 5), 0) AS completed_households,
    coalesce(sum(communities) FILTER (WHERE kind = 6), 0) AS accepted_communities,
    coalesce(sum(households) FILTER (WHERE kind = 6), 0) AS accepted_households,
    coalesce(sum(communities) FILTER (WHERE kind = 1), 0) AS due_start_communities,
    coalesce(sum(households) FILTER (WHERE kind = 1), 0) AS due_start_households,
    coalesce(sum(communities) FILTER (WHERE kind = 2), 0) AS due_completion_communities,
    coalesce(sum(households) FILTER (WHERE kind = 2), 0) AS due_completion_households,
    coalesce(sum(paid), 0) AS paid_amount
FROM counted
GROUP BY region_id, day
