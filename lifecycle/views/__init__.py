"""Pages on the stair: the project's page, its steps, the plan's freezing, the phone on site."""
