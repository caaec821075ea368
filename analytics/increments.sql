-- What changed per county and day for the projects of one plan year, derived from the rows themselves in one statement.
-- Parameters: year; counties (ids) or NULL for all; below (a region path) or NULL: only communities under that path;
-- for each counted stage the names of this stage and all later ones.
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
), state AS MATERIALIZED (
    -- nothing is due before the community stands in the plan; what is withdrawn or taken out has reached nothing from that day on
    SELECT s.region_id, s.household_count AS h, s.floor_area, s.planned_amount, s.entered_on, s.removed_on,
           CASE WHEN s.planned_start_on IS NOT NULL AND s.entered_on IS NOT NULL
                THEN greatest(s.entered_on, s.planned_start_on) END AS start_due_on,
           CASE WHEN s.planned_completion_on IS NOT NULL AND s.entered_on IS NOT NULL
                THEN greatest(s.entered_on, s.planned_completion_on) END AS completion_due_on,
           r.designed_on, r.started_on, r.completed_on, r.accepted_on, least(s.removed_on, r.withdrawn_on) AS ended_on
    FROM scope s LEFT JOIN reached r ON r.project_id = s.project_id
), report AS (
    -- the newest report of a month counts
    SELECT DISTINCT ON (t.entry_id, t.month) t.entry_id, t.month, s.region_id, t.reported_on, t.paid_amount
    FROM projects_progressreport t JOIN scope s ON s.id = t.entry_id
    ORDER BY t.entry_id, t.month, t.id DESC
), payment AS (
    -- what a month adds to the month before it
    SELECT region_id, reported_on, paid_amount - lag(paid_amount, 1, 0) OVER (PARTITION BY entry_id ORDER BY month) AS amount
    FROM report
), counted (region_id, day, kind, communities, households, area, amount) AS (
    SELECT region_id, entered_on, 0, count(*), sum(h), sum(floor_area), sum(planned_amount) FROM state
    WHERE entered_on IS NOT NULL AND (removed_on IS NULL OR removed_on > entered_on) GROUP BY region_id, entered_on  -- planned
    UNION ALL SELECT region_id, removed_on, 0, -count(*), -sum(h), -sum(floor_area), -sum(planned_amount) FROM state WHERE removed_on > entered_on GROUP BY region_id, removed_on
    UNION ALL
    SELECT region_id, start_due_on, 1, count(*), sum(h), 0, 0 FROM state
    WHERE start_due_on IS NOT NULL AND (removed_on IS NULL OR removed_on > start_due_on) GROUP BY region_id, start_due_on  -- due to start
    UNION ALL SELECT region_id, removed_on, 1, -count(*), -sum(h), 0, 0 FROM state WHERE removed_on > start_due_on GROUP BY region_id, removed_on
    UNION ALL
    SELECT region_id, completion_due_on, 2, count(*), sum(h), 0, 0 FROM state
    WHERE completion_due_on IS NOT NULL AND (removed_on IS NULL OR removed_on > completion_due_on) GROUP BY region_id, completion_due_on  -- due to be completed
    UNION ALL SELECT region_id, removed_on, 2, -count(*), -sum(h), 0, 0 FROM state WHERE removed_on > completion_due_on GROUP BY region_id, removed_on
    UNION ALL
    SELECT region_id, designed_on, 3, count(*), sum(h), 0, 0 FROM state
    WHERE designed_on IS NOT NULL AND (ended_on IS NULL OR ended_on > designed_on) GROUP BY region_id, designed_on  -- designed
    UNION ALL SELECT region_id, ended_on, 3, -count(*), -sum(h), 0, 0 FROM state WHERE ended_on > designed_on GROUP BY region_id, ended_on
    UNION ALL
    SELECT region_id, started_on, 4, count(*), sum(h), 0, 0 FROM state
    WHERE started_on IS NOT NULL AND (ended_on IS NULL OR ended_on > started_on) GROUP BY region_id, started_on  -- started
    UNION ALL SELECT region_id, ended_on, 4, -count(*), -sum(h), 0, 0 FROM state WHERE ended_on > started_on GROUP BY region_id, ended_on
    UNION ALL
    SELECT region_id, completed_on, 5, count(*), sum(h), 0, 0 FROM state
    WHERE completed_on IS NOT NULL AND (ended_on IS NULL OR ended_on > completed_on) GROUP BY region_id, completed_on  -- completed
    UNION ALL SELECT region_id, ended_on, 5, -count(*), -sum(h), 0, 0 FROM state WHERE ended_on > completed_on GROUP BY region_id, ended_on
    UNION ALL
    SELECT region_id, accepted_on, 6, count(*), sum(h), 0, 0 FROM state
    WHERE accepted_on IS NOT NULL AND (ended_on IS NULL OR ended_on > accepted_on) GROUP BY region_id, accepted_on  -- accepted
    UNION ALL SELECT region_id, ended_on, 6, -count(*), -sum(h), 0, 0 FROM state WHERE ended_on > accepted_on GROUP BY region_id, ended_on
    UNION ALL
    SELECT region_id, reported_on, 7, 0, 0, 0, sum(amount) FROM payment GROUP BY region_id, reported_on  -- paid
)
SELECT region_id, %(year)s AS year, day AS "on",
    coalesce(sum(communities) FILTER (WHERE kind = 0), 0) AS planned_communities,
    coalesce(sum(households) FILTER (WHERE kind = 0), 0) AS planned_households,
    coalesce(sum(area) FILTER (WHERE kind = 0), 0) AS planned_area,
    coalesce(sum(amount) FILTER (WHERE kind = 0), 0) AS planned_amount,
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
    coalesce(sum(amount) FILTER (WHERE kind = 7), 0) AS paid_amount
FROM counted
GROUP BY region_id, day
ORDER BY region_id, day  -- rows and their key are appended, not scattered
