"""The login workflow of the guide, fully typed: ``mypy --strict`` finds nothing in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from wfapp import (
    Abort,
    Ask,
    Break,
    Context,
    Continue,
    Finish,
    If,
    Limit,
    Next,
    Params,
    Secret,
    Struct,
    While,
    Workflow,
    step,
)

User = get_user_model()
MOST = 3


class LoginContext(Context):
    user_id: int | None = None
    email: str = ""
    mfa: bool = False
    code_hash: Secret[str] = ""


class CodeForm(forms.Form):
    code = forms.CharField(min_length=6, max_length=6)

    class Page:
        passes = ["email"]
        title = _("Enter the code sent to {{ ctx.email|default:'your email' }}")
        submit = _("Verify code")


class Login(Workflow[LoginContext]):
    name = "typing/login"
    exposed = True
    storage = "token", "database"

    @step(
        form=AuthenticationForm,
        title=_("Sign in"),
        submit=_("Continue"),
        limit=Limit("password", key="username", rate="10/15m"),
    )
    def credentials(self, form: AuthenticationForm) -> None:
        user = form.get_user()
        self.ctx.user_id, self.ctx.email, self.ctx.mfa = user.pk, user.email, bool(user.email)
        self.store_in("database")
        if self.ctx.mfa:
            self.send_code()

    @credentials.form_kwargs
    def credentials_kwargs(self) -> dict[str, Any]:
        return {"request": self.request}

    @step(form=CodeForm, when="mfa", attempts=5)
    def verify(self, form: CodeForm) -> None:
        if form.cleaned_data["code"] != self.ctx.code_hash:
            raise ValidationError({"code": _("Invalid code")})

    @verify.action(label=_("Resend to {{ ctx.email }}"), cooldown=timedelta(seconds=30), limit=5)
    def resend(self) -> None:
        self.send_code()
        self.message(_("A new code is on its way."))

    @verify.exhausted
    def too_many(self) -> Abort:
        return Abort("too-many-codes")

    @step
    def issue_session(self) -> Finish:
        return Finish(sign_in=User.objects.get(pk=self.ctx.get("user_id")), data={"email": self.ctx.email})

    def send_code(self) -> None:
        self.ctx.code_hash = "123456"


class CalledLogin(Login):
    """Redefine steps and hooks, and call what they were."""

    name = "typing/called"

    def verify(self, form: CodeForm) -> None:
        super().verify(form)
        self.credentials(AuthenticationForm())

    @step(attempts=3)
    def credentials(self, form: AuthenticationForm) -> None:
        super().credentials(form)
        self.ctx.user_id = self.ctx.user_id or None

    def resend(self) -> None:
        super().resend()

    issue_session = step(when="mfa")


class Address(Struct):
    city: str = ""


class AddressForm(forms.Form):
    city = forms.CharField()


class ParcelForm(AddressForm):
    parcel = forms.CharField()


class OrderContext(Context):
    address: Address | None = None
    lines: int = 0
    is_paid: bool = False


class OrderParams(Params):
    cart: int


class Order(Workflow[OrderContext]):
    """Use what the login does not: an order, params, answers, pages without a method, actions with data."""

    name = "typing/order"
    title = _("Order")
    Params = OrderParams
    params: OrderParams
    steps = [
        "address",
        If("is_paid", ["payment"], else_=["invoice", ["parcel"]]),
        While(lambda ctx: ctx.lines < MOST, ["add_line", Continue("is_paid"), Break("enough")]),
        "done",
    ]

    address = step(form=AddressForm, title=lambda data, ctx: str(data.get("city", "")))

    @address.action(label="Save")
    def save_draft(self, form: AddressForm) -> None:
        self.ctx.address = Address(city=form.cleaned_data["city"])

    @step(form="pick", forms=[AddressForm, ParcelForm])
    def parcel(self, form: AddressForm) -> None:
        self.ctx.set("is_paid", True)

    def pick(self) -> type[AddressForm]:
        return ParcelForm if self.params.cart else AddressForm

    @step(form=ParcelForm, permission="orders.charge", expires=timedelta(days=3), keep=True)
    def payment(self, form: AddressForm) -> Ask | None:
        return Ask("address") if form.cleaned_data["city"] == "" else None

    @payment.action(label="Skip", when=lambda ctx: ctx.lines > 0)
    def skip(self, form: ParcelForm) -> Next:
        return Next()

    invoice = step(form=ParcelForm, passes=["address"])

    @step
    def add_line(self) -> None:
        self.ctx.lines += self.params.cart

    def enough(self) -> bool:
        return self.ctx.lines > 3

    @step(when=lambda ctx: ctx.lines)
    def done(self) -> Finish | Abort:
        if self.answers["address"]["city"] == "":
            return Abort("no-address")
        return Finish(data={"lines": self.ctx.lines}, message=_("Thank you"))
