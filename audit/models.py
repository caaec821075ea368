"""The context of a change (who, where, why) is sealed soon after it was written."""

import pghistory.models
import pgtrigger

SEALED_AFTER = "15 minutes"


class SealedContext(pghistory.models.Context):
    """pghistory's context rows, protected: never deleted, and not changed any more once their request is long over.

    One request or task adds to its context while it writes, so a row stays open for a quarter of an hour.
    """

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Protect(name="context_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="context_sealed",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__metadata__df=pgtrigger.F("new__metadata")),
                func=(
                    f"IF OLD.created_at < now() - interval '{SEALED_AFTER}' THEN"
                    " RAISE EXCEPTION 'pgtrigger: Cannot change the context of a past change'; END IF; RETURN NEW;"
                ),
            ),
        ]
