"""What ``mypy --strict`` must refuse: the login workflow with one mistake a line.

A comment ``# E: code: text`` tells the code of the error, and words of its message.
"""

from __future__ import annotations

from datetime import timedelta

from django import forms

from tests.typing.login import CodeForm, Login, LoginContext
from wfapp import Ask, Context, Finish, If, Limit, Workflow, step


class NameForm(forms.Form):
    name = forms.CharField()


class LongCodeForm(CodeForm):
    pass


class WrongContext(Workflow[LoginContext]):
    @step(form=CodeForm)
    def verify(self, form: CodeForm) -> None:
        self.ctx.mail = "a@example.com"  # E: attr-defined: "LoginContext" has no attribute "mail"
        self.ctx.user_id = "1"  # E: assignment: expression has type "str", variable has type "int | None"
        self.ctx.code_hash = 123456  # E: assignment: expression has type "int", variable has type "str"
        len(self.ctx.mfa)  # E: arg-type: Argument 1 to "len" has incompatible type "bool"
        form.cleaned()  # E: attr-defined: "CodeForm" has no attribute "cleaned"
        self.answers["credentials"] = {}  # E: index: Unsupported target for indexed assignment
        self.flow.secret()  # E: attr-defined: "FlowInfo" has no attribute "secret"
        self.message("Sent.", "warning")  # E: arg-type: expected "Literal['info',
        self.store_in(1)  # E: arg-type: expected "str"


class WrongForm(Workflow[LoginContext]):
    @step(form=CodeForm)  # E: arg-type: expected "Callable[[WrongForm, CodeForm], None]"
    def other(self, form: NameForm) -> None: ...

    @step(form=CodeForm)  # E: arg-type: expected "Callable[[WrongForm, CodeForm], None]"
    def narrower(self, form: LongCodeForm) -> None: ...

    @step(form=CodeForm)  # E: arg-type: expected "Callable[[WrongForm, CodeForm], None]"
    def without(self) -> None: ...

    @step  # E: arg-type: expected "Callable[[WrongForm], None]"
    def plain(self, form: CodeForm) -> None: ...

    instance = step(form=CodeForm())  # E: call-overload: argument type "CodeForm"
    no_form = step(form=dict)  # E: type-var: "F" of "step" cannot be "dict[Any, Any]"
    picked = step(form="pick")  # E: call-overload: argument type "str"


class WrongReturn(Workflow[LoginContext]):
    @step(form=CodeForm)  # E: type-var: Value of type variable "R" of "__call__" of "FormStep" cannot be "str"
    def text(self, form: CodeForm) -> str:
        return "done"

    @step  # E: type-var: Value of type variable "R" of "step" cannot be "bool"
    def truth(self) -> bool:
        return True

    @step
    def other(self) -> Ask:
        return Finish()  # E: return-value: got "Finish", expected "Ask"


class WrongKeywords(Workflow[LoginContext]):
    storage = 1  # E: assignment: base class "Workflow" defined the type as
    lifetime = 30  # E: assignment: base class "Workflow" defined the type as "timedelta"
    continues = "always"  # E: assignment: base class "Workflow" defined the type as
    steps = [If("mfa", 3)]  # E: arg-type: Argument 2 to "If" has incompatible type "int"

    unknown = step(form=CodeForm, tries=5)  # E: call-overload: Unexpected keyword argument "tries"
    attempts = step(form=CodeForm, attempts="5")  # E: call-overload: "type[CodeForm]", "str"
    expires = step(form=CodeForm, expires=30)  # E: call-overload: "type[CodeForm]", "int"
    limit = step(form=CodeForm, limit="10/15m")  # E: arg-type: expected "Limit | Sequence[Limit]"
    title = step(form=CodeForm, title=1)  # E: call-overload: "type[CodeForm]", "int"

    @step
    def end(self) -> Finish:
        Limit("password", key="username", per="10/15m")  # E: call-arg: Unexpected keyword argument "per" for "Limit"
        Limit("password", rate="10/15m")  # E: call-arg: Missing positional argument "key" in call to "Limit"
        Ask()  # E: call-arg: Missing positional argument "step" in call to "Ask"
        return Finish(user=1)  # E: call-arg: Unexpected keyword argument "user" for "Finish"


class WrongHooks(Workflow[LoginContext]):
    @step(form=CodeForm)
    def verify(self, form: CodeForm) -> None: ...

    @verify.form_kwargs  # E: arg-type: expected "Callable[[WrongHooks], Mapping[str, Any]]"
    def verify_kwargs(self) -> list[str]:
        return []

    @verify.exhausted  # E: arg-type: expected "Callable[[WrongHooks], None]"
    def spent(self, form: CodeForm) -> None: ...

    @verify.action  # E: call-arg: Too many positional arguments for "action" of "Step"
    def bare(self) -> None: ...

    @verify.action(label="Resend", limit="5")  # E: arg-type: Argument "limit" to "action" of "Step"
    def limited(self) -> None: ...

    @verify.action(label="Resend", cooldown=30)  # E: arg-type: expected "timedelta | None"
    def cooled(self) -> None: ...

    @verify.action(label="Resend", pause=timedelta(1))  # E: call-arg: Unexpected keyword argument "pause"
    def paused(self) -> None: ...

    @verify.action(label="Save")  # E: arg-type: incompatible type "Callable[[WrongHooks, NameForm], None]"
    def save(self, form: NameForm) -> None: ...

    @verify.action(label="Resend")  # E: type-var: "R" of "__call__" of "TiesAction" cannot be "bool"
    def resend(self) -> bool:
        return True


class WrongOverrides(Login):
    verify = None  # E: assignment: expression has type "None"


class WrongCalls(Login):
    def verify(self, form: CodeForm, more: int) -> None:  # E: override: incompatible with supertype
        super().verify()  # E: call-arg: Too few arguments
        super().verify(form, 1)  # E: call-arg: Too many arguments
        self.credentials(form)  # E: arg-type: expected "AuthenticationForm"
        self.resend(form)  # E: call-arg: Too many arguments
        self.credentials_kwargs().append(1)  # E: attr-defined: "Mapping[str, Any]" has no attribute "append"


class NoContext(Workflow[CodeForm]):  # E: type-var: must be a subtype of "Context"
    pass


class WrongDefault(Context):
    email: str = None  # E: assignment: variable has type "str"
