"""What the database itself refuses: the bodies of the triggers of rounds, rolls and ballots, in PL/pgSQL."""

from __future__ import annotations


def fixed_columns(state_condition: str, *columns: str) -> str:
    """PL/pgSQL: these columns cannot change any more in the states named."""
    changed = " OR ".join(f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in columns)
    return f"""
        IF {state_condition} AND ({changed}) THEN
            RAISE EXCEPTION 'what a round asks, and whom, is fixed once it is announced' USING ERRCODE = 'check_violation';
        END IF;
    """


# no row of a roll comes, goes or changes once a ballot of its round is cast
FROZEN_ROLL = """
                    IF TG_OP = 'DELETE' THEN line := OLD; ELSE line := NEW; END IF;
                    IF EXISTS (SELECT 1 FROM surveys_ballot WHERE round_id = line.round_id) THEN
                        RAISE EXCEPTION 'the roll is frozen: a ballot has been cast' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN line;
                """
# a household counts its own ballot, and a ballot leaves the count by an annulment alone
OWN_BALLOT = """
                    IF NEW.ballot_id IS NULL THEN
                        IF NOT EXISTS (SELECT 1 FROM surveys_annulment WHERE ballot_id = OLD.ballot_id) THEN
                            RAISE EXCEPTION 'a ballot leaves the count by an annulment alone' USING ERRCODE = 'check_violation';
                        END IF;
                        RETURN NEW;
                    END IF;
                    IF NOT EXISTS (SELECT 1 FROM surveys_ballot WHERE id = NEW.ballot_id AND entry_id = NEW.id) THEN
                        RAISE EXCEPTION 'a household counts its own ballot' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """
# locks the round's row against its closing: a ballot is in before it, or refused
OPEN_ROUND = """
                    SELECT state, opens_at, closes_at INTO now_state, opening, closing
                    FROM surveys_round WHERE id = NEW.round_id FOR KEY SHARE;
                    IF now_state IS NULL
                       OR NOT (now_state = 'open' OR (now_state = 'keying' AND NEW.channel = 'paper'))
                       OR NEW.cast_at < opening OR NEW.cast_at >= closing THEN
                        RAISE EXCEPTION 'the round is not open' USING ERRCODE = 'check_violation', CONSTRAINT = 'ballot_in_open_round';
                    END IF;
                    IF NOT EXISTS (SELECT 1 FROM surveys_rollentry WHERE id = NEW.entry_id AND round_id = NEW.round_id) THEN
                        RAISE EXCEPTION 'not on the roll of this round' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """
# gates read the count: of a closed round it says what the roll says, whoever writes it
CLOSED_COUNT = """
                    SELECT state, kind INTO asked FROM surveys_round WHERE id = NEW.round_id;
                    IF asked.state <> 'closed' THEN
                        RETURN NEW;
                    END IF;
                    SELECT count(*) AS households, count(b.id) AS voted,
                           count(*) FILTER (WHERE b.verdict = 1 OR (asked.kind = 'opinions' AND b.id IS NOT NULL)) AS agreed,
                           count(*) FILTER (WHERE b.verdict = 0) AS against
                    INTO found
                    FROM surveys_rollentry e LEFT JOIN surveys_ballot b ON b.id = e.ballot_id WHERE e.round_id = NEW.round_id;
                    IF (NEW.voted, NEW.agreed, NEW.against) IS DISTINCT FROM (found.voted, found.agreed, found.against)
                       OR (asked.kind <> 'legal' AND NEW.passed IS DISTINCT FROM (found.agreed * 100 >= found.households * 80)) THEN
                        RAISE EXCEPTION 'the count of a closed round is that of its roll' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """
