"""A file that was uploaded to a flow."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Upload"]


class Upload(models.Model):
    """Remember where a file of a flow is stored; the file itself stands in ``WFAPP["UPLOAD_STORAGE"]``.

    ``flow`` is a flow's id and no foreign key, since flows stand in several tables. An upload that is released belongs
    to nobody any more: its file, then its row, is deleted after the commit, or by the sweeper.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    flow = models.UUIDField(_("flow"))
    workflow = models.CharField(_("workflow"), max_length=100)
    step = models.CharField(_("step"), max_length=200)
    place = models.CharField(_("place"), max_length=200)
    """The step and how often each loop around it has started over: each turn has files of its own."""

    field = models.CharField(_("field"), max_length=200)
    """The HTML name of the field, with the prefix of its form."""

    number = models.PositiveSmallIntegerField(_("number"), default=0)
    """The place among the files of one field."""

    name = models.CharField(_("name"), max_length=255)
    """What the client called it, cleaned: for people, never for a path."""

    path = models.CharField(_("path"), max_length=255)
    size = models.PositiveBigIntegerField(_("size"))
    content_type = models.CharField(_("content type"), max_length=127)
    """What the client said it is: nobody looked inside."""

    created_at = models.DateTimeField(_("created"))
    keep_until = models.DateTimeField(_("keep until"))
    """The end of the flow's absolute life: later than that nothing keeps the file."""

    released_at = models.DateTimeField(_("released"), null=True, blank=True, db_index=True)

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        default_permissions = ()
        indexes = [models.Index(fields=["flow", "released_at"]), models.Index(fields=["keep_until"])]

    def __str__(self) -> str:
        return f"Upload {self.pk}"
