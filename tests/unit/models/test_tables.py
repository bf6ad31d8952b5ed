"""Which tables hold flows, and how a token names one."""

from __future__ import annotations

import pytest

from tests.flows.models import InviteFlow, WideFlow
from wfapp.errors import InvalidToken
from wfapp.models import Flow, flow_models, model_by_tag, table_tag


def test_all_installed_models_with_a_table_of_their_own_are_flow_models() -> None:
    """The app's own and those of other apps."""
    assert {Flow, InviteFlow, WideFlow} <= set(flow_models())


def test_a_tag_leads_back_to_its_model() -> None:
    """Four characters that a token may hold."""
    assert [model_by_tag(table_tag(model)) for model in flow_models()] == flow_models()
    assert table_tag(Flow) == "2YcU"


@pytest.mark.parametrize("tag", ["", "AAAA", "2ycU", "2YcUx"])
def test_a_foreign_tag_is_an_invalid_token(tag: str) -> None:
    """What names no table opens nothing."""
    with pytest.raises(InvalidToken):
        model_by_tag(tag)
