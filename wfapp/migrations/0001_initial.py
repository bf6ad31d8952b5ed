"""The tables of wfapp."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Counter",
            fields=[
                ("key", models.CharField(max_length=43, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField(default=0)),
                ("resets_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Flow",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False, verbose_name="flow id")),
                ("workflow", models.CharField(max_length=100, verbose_name="workflow")),
                ("step", models.CharField(blank=True, max_length=200, verbose_name="step")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("paused", "waiting for input"),
                            ("waiting", "waiting for somebody else"),
                            ("pending", "working"),
                            ("finished", "finished"),
                            ("aborted", "aborted"),
                            ("cancelled", "cancelled"),
                            ("failed", "failed"),
                            ("expired", "expired"),
                            ("compensating", "being undone"),
                            ("compensation_failed", "could not be undone"),
                        ],
                        max_length=20,
                        verbose_name="status",
                    ),
                ),
                ("revision", models.PositiveIntegerField(default=0, verbose_name="revision")),
                ("handle_hash", models.CharField(editable=False, max_length=43, null=True)),
                ("watch_hash", models.CharField(editable=False, max_length=43, null=True)),
                ("binding_hash", models.CharField(blank=True, editable=False, max_length=43)),
                ("state", models.BinaryField(default=b"")),
                ("answer", models.BinaryField(default=b"")),
                ("idempotency_hash", models.CharField(editable=False, max_length=43, null=True)),
                ("created_at", models.DateTimeField(verbose_name="created")),
                ("updated_at", models.DateTimeField(verbose_name="last change")),
                ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                ("answer_until", models.DateTimeField(db_index=True, editable=False, null=True)),
                ("retain_until", models.DateTimeField(blank=True, db_index=True, null=True, verbose_name="kept until")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="started by",
                    ),
                ),
                (
                    "updated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="last used by",
                    ),
                ),
            ],
            options={
                "verbose_name": "flow",
                "verbose_name_plural": "flows",
                "abstract": False,
                "default_permissions": ("view", "cancel", "expire"),
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="wfapp_flow_created_21702b_idx"),
                    models.Index(fields=["workflow", "-created_at", "-id"], name="wfapp_flow_workflo_4b350f_idx"),
                    models.Index(fields=["status", "-created_at", "-id"], name="wfapp_flow_status_63d8bc_idx"),
                    models.Index(
                        fields=["workflow", "status", "-created_at", "-id"], name="wfapp_flow_workflo_fa898c_idx"
                    ),
                    models.Index(fields=["status", "expires_at"], name="wfapp_flow_status_31b911_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("handle_hash",), name="wfapp_flow_handle_hash"),
                    models.UniqueConstraint(fields=("watch_hash",), name="wfapp_flow_watch_hash"),
                    models.UniqueConstraint(fields=("idempotency_hash",), name="wfapp_flow_idempotency_hash"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FlowEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("flow", models.UUIDField(verbose_name="flow")),
                ("workflow", models.CharField(max_length=100, verbose_name="workflow")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("started", "started"),
                            ("paused", "paused"),
                            ("submitted", "submitted"),
                            ("rejected", "rejected"),
                            ("action", "action"),
                            ("step_done", "step done"),
                            ("sent", "sent"),
                            ("compensated", "compensated"),
                            ("finished", "finished"),
                            ("aborted", "aborted"),
                            ("cancelled", "cancelled"),
                            ("expired", "expired"),
                            ("failed", "failed"),
                        ],
                        max_length=20,
                        verbose_name="event",
                    ),
                ),
                ("step", models.CharField(blank=True, max_length=200, verbose_name="step")),
                ("duration", models.FloatField(blank=True, null=True, verbose_name="duration")),
                ("revision", models.PositiveIntegerField(default=0, verbose_name="revision")),
                ("created_at", models.DateTimeField(verbose_name="time")),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
            ],
            options={
                "verbose_name": "flow event",
                "verbose_name_plural": "flow events",
                "default_permissions": (),
                "indexes": [models.Index(fields=["flow", "id"], name="wfapp_flowe_flow_98e422_idx")],
            },
        ),
    ]
