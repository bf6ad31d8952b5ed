"""The onboarding of a company: its data, its papers, its owners, and days later the word of staff."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from project.kyc.forms import CompanyForm, ExtractForm, OwnerFormSet, ReviewForm
from project.kyc.models import Company, Owner
from wfapp import Abort, Context, DeviceLink, Files, Finish, Workflow, step

__all__ = ["KycContext", "Onboard"]


class KycContext(Context):
    """Hold the company's name for those who look for it, and what staff said."""

    company: str = ""
    verdict: str = ""
    reason: str = ""


class Onboard(Workflow[KycContext]):
    """Wait for two people: whoever hands in comes back whenever they like, and staff answer from the admin."""

    name = "kyc/onboard"
    title = _("Open a business account")
    exposed = True
    login_required = True
    continues = "user"
    cancellable = True
    lifetime = timedelta(days=60)
    flow_model = "kyc.KycFlow"

    @step(form=CompanyForm, revisit=True, title=_("Your company"))
    def company_data(self, form: CompanyForm) -> None:
        form.instance.user = self.customer()
        self.ctx.company = form.save().name

    @company_data.form_kwargs
    def company_kwargs(self) -> Mapping[str, Any]:
        return {"instance": Company.objects.filter(user=self.customer()).first()}

    def customer(self) -> User:
        # Not self.user: on another device, or in the review, that is somebody else.
        return User.objects.get(pk=self.flow.created_by or "")

    papers = step(
        form=ExtractForm, passes=["company"], title=_("Papers of {{ ctx.company }}"), files=Files(max_size=5 * 1024**2)
    )

    @papers.action(label=_("Continue on your phone"))
    def phone(self) -> DeviceLink:
        return DeviceLink()

    owners = step(form=OwnerFormSet, passes=["company"], title=_("Who owns {{ ctx.company }}?"))

    @step(
        form=ReviewForm,
        permission="kyc.approve",
        answers=True,
        passes=["company"],
        title=_("Review of {{ ctx.company }}"),
        submit=_("Decide"),
    )
    def review(self, form: ReviewForm) -> None:
        self.ctx.verdict, self.ctx.reason = form.cleaned_data["verdict"], form.cleaned_data["reason"]

    @step(passes=["company", "verdict", "reason"])
    def decide(self) -> Finish | Abort:
        customer = self.customer()
        company = Company.objects.get(user=customer)
        self.mail(customer.email, "kyc/mail/verdict")
        if self.ctx.verdict != "approved":
            return Abort("refused", _("We could not open an account. The reason is in your mail."))
        company.extract = self.flow.keep(self.answers["papers"]["extract"])
        company.approved = True
        company.save()
        company.owners.all().delete()
        Owner.objects.bulk_create(
            Owner(company=company, name=row["name"], share=row["share"]) for row in self.answers["owners"]["form"]
        )
        return Finish({"company": company.pk}, _("Your account is open."))
