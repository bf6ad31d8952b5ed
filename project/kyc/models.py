"""Companies, their owners and their papers."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wfapp.models import AbstractFlow

__all__ = ["Company", "KycFlow", "Owner"]


class Company(models.Model):
    """Hold a company, from its first page on."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, editable=False, verbose_name=_("handed in by")
    )
    name = models.CharField(_("name"), max_length=120)
    register_number = models.CharField(_("register number"), max_length=40)
    country = models.CharField(
        _("country"), max_length=2, choices=[("AT", _("Austria")), ("CH", _("Switzerland")), ("DE", _("Germany"))]
    )
    extract = models.FileField(_("extract from the register"), upload_to="kyc/", editable=False)
    approved = models.BooleanField(_("approved"), default=False, editable=False)

    class Meta:
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        permissions = [("approve", _("Can approve companies"))]

    def __str__(self) -> str:
        return self.name


class Owner(models.Model):
    """Hold one of the owners of a company."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="owners")
    name = models.CharField(_("name"), max_length=120)
    share = models.PositiveSmallIntegerField(_("share in percent"))

    class Meta:
        verbose_name = _("owner")
        verbose_name_plural = _("owners")

    def __str__(self) -> str:
        return self.name


class KycFlow(AbstractFlow):
    """Let staff find an onboarding by its company."""

    company = models.CharField(_("company"), max_length=120, null=True, db_index=True)

    class Meta(AbstractFlow.Meta):
        verbose_name = _("onboarding")
        verbose_name_plural = _("onboardings")
