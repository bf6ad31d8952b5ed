"""The faults that systems of this kind have, by name, and the test that would fail if wfapp had them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.integration.durable import test_cancel, test_hooks, test_keys, test_runs

FAULTS: dict[str, Callable[..., None]] = {
    "compensation error vanishes": test_runs.test_the_error_of_an_undo_is_told,
    "timed-out step keeps writing": test_runs.test_a_plain_step_that_is_late_keeps_nothing,
    "abort in the last step undoes finished work": test_cancel.test_a_flow_whose_last_step_has_completed_is_finished,
    "abort between attempts reported as failed": test_cancel.test_between_two_attempts_it_is_cancelled,
    "cancelled run blocks its key": test_keys.test_a_run_that_was_ended_does_not_block_its_key,
    "key shared across workflows": test_keys.test_a_key_belongs_to_its_workflow_and_caller,
    "key reused with other input returns the old result": test_keys.test_a_key_with_other_input_is_refused,
    "lease shorter than the run executes twice": test_keys.test_a_lease_shorter_than_the_run_runs_once,
    "converted input ignored": test_runs.test_converted_input_is_what_steps_see,
    "one slow hook delays the flow": test_hooks.test_one_slow_hook_delays_the_flow,
    "a compensated step still shown as completed": test_runs.test_a_step_that_was_undone_is_told_so,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_a_test_that_names_it(fault: str) -> None:
    """So that whoever changes the test knows what it stands for."""
    assert (FAULTS[fault].__doc__ or "").startswith(f"Named: {fault}.")
