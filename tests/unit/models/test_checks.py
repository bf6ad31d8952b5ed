"""What the checks of a flow model alone say."""

from __future__ import annotations

from django.core.checks import CheckMessage
from django.db import models
from django.test.utils import isolate_apps

from tests.flows.models import InviteFlow, WideFlow
from wfapp.models import AbstractFlow, Flow


def complaints(model: type[AbstractFlow]) -> list[tuple[str | None, str, str | None]]:
    """Give what wfapp's own checks of a model say."""
    found: list[CheckMessage] = [message for message in model.check() if str(message.id).startswith("wfapp.")]
    return [(message.id, message.msg, message.hint) for message in found]


def test_the_models_of_the_tests_are_right() -> None:
    """Nothing is said of a model that keeps the rules."""
    assert complaints(Flow) == complaints(InviteFlow) == complaints(WideFlow) == []


@isolate_apps("tests.flows")
def test_a_model_that_derives_from_a_concrete_one_is_refused() -> None:
    """One row in two tables cannot be locked and stored with one statement."""

    class Odd(Flow):
        class Meta:
            app_label = "flows"

    expected = "flows.Odd derives from wfapp.Flow: a flow would stand in two tables."
    assert complaints(Odd) == [("wfapp.E301", expected, "Derive from AbstractFlow.")]


@isolate_apps("tests.flows")
def test_a_proxy_is_left_alone() -> None:
    """A proxy has no table to be wrong."""

    class Odd(InviteFlow):
        class Meta:
            app_label = "flows"
            proxy = True

    assert complaints(Odd) == []


@isolate_apps("tests.flows")
def test_a_meta_without_the_base_is_refused() -> None:
    """Indexes and permissions come by inheritance."""

    class Odd(AbstractFlow):
        class Meta:
            app_label = "flows"

    expected = "flows.Odd lacks the indexes and permissions of a flow."
    assert complaints(Odd) == [("wfapp.E302", expected, "Write class Meta(AbstractFlow.Meta).")]


@isolate_apps("tests.flows")
def test_a_name_that_is_no_shadow_field_is_refused() -> None:
    """The error names the bad value and the legal ones."""

    class Odd(AbstractFlow):
        role = models.CharField(max_length=5, null=True)
        shadows = {"rolle": "role.name"}
        forget_shadows = ["step"]

        class Meta(AbstractFlow.Meta):
            app_label = "flows"

    legal = "Its shadow fields are: role."
    assert complaints(Odd) == [
        ("wfapp.E303", "flows.Odd has no shadow field 'rolle', which its shadows names.", legal),
        ("wfapp.E303", "flows.Odd has no shadow field 'step', which its forget_shadows names.", legal),
    ]


@isolate_apps("tests.flows")
def test_a_column_that_cannot_be_empty_or_repeated_is_refused() -> None:
    """A flow begins without values, and two flows may have the same."""

    class Odd(AbstractFlow):
        role = models.CharField(max_length=5)
        email = models.EmailField(null=True, unique=True)

        class Meta(AbstractFlow.Meta):
            app_label = "flows"

    assert complaints(Odd) == [
        ("wfapp.E304", "flows.Odd.role has no value until a step sets one.", "Give it null=True or a default."),
        (
            "wfapp.E305",
            "flows.Odd.email is unique: a second flow of the same value would be lost.",
            "Give it db_index=True.",
        ),
    ]
