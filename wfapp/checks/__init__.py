"""Start-up checks: mistakes in settings, workflows and flow models, found before the first request.

None of them touches the database. ``manage.py check --tag wfapp`` runs them alone.
"""

from __future__ import annotations

from django.core.checks import register

from wfapp.checks import background, flow_models, includes, outbox, settings, workflows

__all__ = ["TAG"]

TAG = "wfapp"

for check in (
    *settings.CHECKS,
    *outbox.CHECKS,
    *workflows.CHECKS,
    *includes.CHECKS,
    *flow_models.CHECKS,
    *background.CHECKS,
):
    register(check, TAG)
for check in (*settings.DEPLOY_CHECKS, *background.DEPLOY_CHECKS):
    register(check, TAG, deploy=True)
