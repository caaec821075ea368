"""App registration."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """Projects"""

    name = "projects"
    verbose_name = "Projects"
