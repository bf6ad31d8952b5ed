"""The links that were handed out."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Link", "LinkQuerySet", "LinkStatus"]


class LinkStatus(models.TextChoices):
    """Say what became of a link; whether its time is over, its clock says, and a newer link of its kind replaces it."""

    OPEN = "open", _("open")
    USED = "used", _("used")
    REVOKED = "revoked", _("revoked")


class LinkQuerySet(models.QuerySet["Link"]):
    """Select links."""

    def newer_than(self, link: Link) -> Self:
        """Keep the links that replace one: newer ones of its flow, or of the value that it stands for.

        Asked when a link is opened, and not written when one is minted: of two that are minted at once, one wins.
        """
        same = models.Q(flow=link.flow)
        if link.replaces_hash:
            same |= models.Q(replaces_hash=link.replaces_hash)
        return self.filter(same, pk__gt=link.pk)

    def could_open(self, now: datetime) -> Self:
        """Keep the links that nobody opened or revoked, and whose time is not over; a newer one may replace them."""
        return self.filter(status=LinkStatus.OPEN, expires_at__gt=now)


class Link(models.Model):
    """Hold one link of a flow; like a flow's handle, its token is kept as a hash alone."""

    id = models.BigAutoField(primary_key=True)
    token_hash = models.CharField(max_length=43, editable=False)
    flow = models.UUIDField(_("flow id"), db_index=True)
    workflow = models.CharField(_("workflow"), max_length=100)
    outlet = models.CharField(_("sent by"), max_length=20)
    status = models.CharField(_("status"), max_length=20, choices=LinkStatus.choices, default=LinkStatus.OPEN)
    message = models.UUIDField(null=True, editable=False, db_index=True)
    """The message in the outbox that carries it; one that is shown has none."""
    replaces_hash = models.CharField(max_length=43, blank=True, editable=False, db_index=True)
    """The keyed digest of the value of which only the newest link opens."""
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["token_hash"], name="wfapp_link_token_hash")]

    def __str__(self) -> str:
        return f"{self.workflow} {self.flow}"
