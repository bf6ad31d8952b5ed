"""The tables of the flow models that tests use."""

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
            name="InviteFlow",
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
                ("email", models.EmailField(db_index=True, max_length=254, null=True)),
                ("role", models.CharField(max_length=40, null=True)),
                ("plan", models.CharField(choices=[("free", "Free"), ("paid", "Paid")], max_length=10, null=True)),
                ("vip", models.BooleanField(null=True)),
                ("team", models.CharField(default="nobody", max_length=20)),
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
                    "inviter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "abstract": False,
                "default_permissions": ("view", "cancel", "expire"),
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="flows_invit_created_f9b956_idx"),
                    models.Index(fields=["workflow", "-created_at", "-id"], name="flows_invit_workflo_d2f6dc_idx"),
                    models.Index(fields=["status", "-created_at", "-id"], name="flows_invit_status_9da25d_idx"),
                    models.Index(
                        fields=["workflow", "status", "-created_at", "-id"], name="flows_invit_workflo_fd560c_idx"
                    ),
                    models.Index(fields=["status", "expires_at"], name="flows_invit_status_8c18d9_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("handle_hash",), name="flows_inviteflow_handle_hash"),
                    models.UniqueConstraint(fields=("watch_hash",), name="flows_inviteflow_watch_hash"),
                    models.UniqueConstraint(fields=("idempotency_hash",), name="flows_inviteflow_idempotency_hash"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WideFlow",
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
                ("text", models.CharField(max_length=5, null=True)),
                ("prose", models.TextField(null=True)),
                ("number", models.SmallIntegerField(null=True)),
                ("count", models.PositiveIntegerField(null=True)),
                ("price", models.DecimalField(decimal_places=2, max_digits=6, null=True)),
                ("ratio", models.FloatField(null=True)),
                ("flag", models.BooleanField(null=True)),
                ("day", models.DateField(null=True)),
                ("moment", models.DateTimeField(null=True)),
                ("clock", models.TimeField(null=True)),
                ("span", models.DurationField(null=True)),
                ("key", models.UUIDField(null=True)),
                ("data", models.JSONField(null=True)),
                ("raw", models.BinaryField(null=True)),
                ("plan", models.CharField(choices=[("free", "Free"), ("paid", "Paid")], max_length=10, null=True)),
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
                    models.Index(fields=["-created_at", "-id"], name="flows_widef_created_e16310_idx"),
                    models.Index(fields=["workflow", "-created_at", "-id"], name="flows_widef_workflo_a707b6_idx"),
                    models.Index(fields=["status", "-created_at", "-id"], name="flows_widef_status_aaaf9c_idx"),
                    models.Index(
                        fields=["workflow", "status", "-created_at", "-id"], name="flows_widef_workflo_e46633_idx"
                    ),
                    models.Index(fields=["status", "expires_at"], name="flows_widef_status_226539_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("handle_hash",), name="flows_wideflow_handle_hash"),
                    models.UniqueConstraint(fields=("watch_hash",), name="flows_wideflow_watch_hash"),
                    models.UniqueConstraint(fields=("idempotency_hash",), name="flows_wideflow_idempotency_hash"),
                ],
            },
        ),
    ]
