"""Ground: who changed what, when and why."""
