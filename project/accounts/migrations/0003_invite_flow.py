"""The table of invitations."""

from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_permissions"),
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
                ("invite_email", models.EmailField(db_index=True, max_length=254, null=True, verbose_name="invited")),
                (
                    "invite_role",
                    models.CharField(
                        choices=[("member", "Member"), ("editor", "Editor"), ("staff", "Staff")],
                        max_length=10,
                        null=True,
                        verbose_name="role",
                    ),
                ),
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
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "permissions": [("invite", "Can invite people")],
                "abstract": False,
                "default_permissions": ("view", "cancel", "expire", "resend", "revoke"),
                "indexes": [
                    models.Index(fields=["-created_at", "-id"], name="accounts_in_created_695aae_idx"),
                    models.Index(fields=["workflow", "-created_at", "-id"], name="accounts_in_workflo_4ec1bb_idx"),
                    models.Index(fields=["status", "-created_at", "-id"], name="accounts_in_status_9e9c6b_idx"),
                    models.Index(
                        fields=["workflow", "status", "-created_at", "-id"], name="accounts_in_workflo_2b5f0b_idx"
                    ),
                    models.Index(fields=["status", "expires_at"], name="accounts_in_status_89cd1f_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("handle_hash",), name="accounts_inviteflow_handle_hash"),
                    models.UniqueConstraint(fields=("watch_hash",), name="accounts_inviteflow_watch_hash"),
                    models.UniqueConstraint(fields=("idempotency_hash",), name="accounts_inviteflow_idempotency_hash"),
                ],
            },
        ),
    ]
