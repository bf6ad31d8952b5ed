"""Start wfapp: find the workflows of every app, and give Workflow what the declaration may not import."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

__all__ = ["WfappConfig"]


class WfappConfig(AppConfig):
    """Discover ``workflows.py`` in every installed app."""

    name = "wfapp"
    verbose_name = _("Workflows")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # These need the models, which exist from here on.
        from wfapp import checks  # noqa: F401, PLC0415
        from wfapp.programming import bind  # noqa: PLC0415

        bind()
        autodiscover_modules("workflows")
