-- The demo's rolls and ballots, made inside the database: half a million households a kind would take minutes otherwise.
-- {kind}: one kind of round. demo_vote holds a row for each round: round_id, community_id, kind, agreed, against, opened, closed, worker.
CREATE TEMP TABLE demo_roll ON COMMIT DROP AS
SELECT r.*, CASE WHEN place <= agreed + against THEN row_number() OVER (ORDER BY place <= agreed + against DESC, round_id, number) END AS nth
FROM (
    SELECT v.round_id, v.kind, v.agreed, v.against, v.opened, v.closed, v.worker, h.id AS household_id, b.name AS building, h.unit, h.door,
           h.exclusive_area AS area,
           row_number() OVER (PARTITION BY v.round_id ORDER BY lpad(b.name, 30, '0'), lpad(h.unit, 10, '0'), lpad(h.door, 20, '0')) AS number,
           row_number() OVER (PARTITION BY v.round_id ORDER BY sha256((v.kind || h.id)::bytea)) AS place,
           sha256((v.round_id || ':' || coalesce(o.persons, 'flat ' || h.id))::bytea) AS head,
           sha256((v.kind || ':' || b.community_id || ':' || h.id)::bytea) AS dice
    FROM demo_vote v
    JOIN communities_household h ON h.community_id = v.community_id
    JOIN communities_building b ON b.id = h.building_id
    LEFT JOIN (
        SELECT w.household_id, string_agg(w.person, '|' ORDER BY w.person) AS persons
        FROM communities_owner w GROUP BY w.household_id
    ) o ON o.household_id = h.id
) r;

INSERT INTO surveys_rollentry (id, round_id, number, household_id, building, unit, door, area, head, issue, code_digest, ballot_id)
SELECT %(first_entry)s + row_number() OVER (ORDER BY round_id, number), round_id, number, household_id, building, unit, door, area,
       left(encode(head, 'hex'), 32), 1, left(encode(sha256(dice), 'hex'), 40), %(first_ballot)s + nth
FROM demo_roll;

INSERT INTO surveys_ballot (id, round_id, entry_id, receipt, key, channel, verdict, answers, cast_at, entered_at, entered_by_id, device,
                            proxy_sealed, document)
SELECT %(first_ballot)s + nth, round_id, entry_id, receipt, left(encode(dice, 'hex'), 32)::uuid, channel, verdict, answers, at, at,
       CASE WHEN channel <> 'phone' THEN worker END, CASE WHEN channel = 'phone' THEN left(encode(sha256(dice), 'hex'), 32) ELSE '' END, '', ''
FROM (
    SELECT *, %(first_entry)s + row_number() OVER (ORDER BY round_id, number) AS entry_id,
           CASE WHEN get_byte(dice, 1) < 204 THEN 'phone' ELSE 'visit' END AS channel,
           CASE WHEN kind = 'opinions' THEN 3 WHEN place <= agreed THEN 1 ELSE 0 END AS verdict,
           opened + (closed - opened) * ((get_byte(dice, 2) * 256 + get_byte(dice, 3)) / 65536.0) AS at,
           (SELECT string_agg(substr(%(alphabet)s, 1 + get_byte(dice, 4 + i) %% 32, 1), '' ORDER BY i) FROM generate_series(0, 11) i) AS receipt,
           {answers} AS answers
    FROM demo_roll
) x
WHERE nth IS NOT NULL;
