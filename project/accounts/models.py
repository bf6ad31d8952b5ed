"""Who signs in with a mailed code, what people are invited as, and the flows of both."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import models
from django.utils.translation import gettext_lazy as _

from wfapp.models import AbstractFlow

__all__ = ["InviteFlow", "LoginFlow", "Role", "SecondFactor"]


class Role(models.TextChoices):
    """Say what somebody is invited as."""

    MEMBER = "member", _("Member")
    EDITOR = "editor", _("Editor")
    STAFF = "staff", _("Staff")

    def give_to(self, user: User) -> None:
        """Make somebody what they were invited as."""
        if self is Role.STAFF:
            user.is_staff = True
            user.save(update_fields=["is_staff"])
        elif self is Role.EDITOR:
            user.groups.add(Group.objects.get_or_create(name="Editors")[0])


class SecondFactor(models.Model):
    """Say that an account is asked for a mailed code after its password."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="second_factor"
    )

    def __str__(self) -> str:
        return f"Mailed code for {self.user}"


class LoginFlow(AbstractFlow):
    """Hold a sign-in, found by the account that it belongs to."""

    email = models.EmailField(null=True, db_index=True)
    username = models.CharField(max_length=150, null=True, db_index=True)

    class Meta(AbstractFlow.Meta):
        verbose_name = "sign-in"
        verbose_name_plural = "sign-ins"


class InviteFlow(AbstractFlow):
    """Hold an invitation, found by who is invited and as what: the columns mirror the context keys of these names."""

    invite_email = models.EmailField(_("invited"), null=True, db_index=True)
    invite_role = models.CharField(_("role"), max_length=10, choices=Role, null=True)

    class Meta(AbstractFlow.Meta):
        verbose_name = "invitation"
        verbose_name_plural = "invitations"
        permissions = [("invite", "Can invite people")]
