"""The same machines as in `make test`, with thousands of longer sequences."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.machines.machine import CALM, Machine
from tests.machines.test_delivery import Outbox
from tests.machines.test_message import Message
from tests.machines.test_refill import Refill
from tests.machines.test_timers import Timers
from tests.machines.test_told import Told

LONG = settings(
    CALM, max_examples=3400, stateful_step_count=40, derandomize=False, phases=[Phase.generate, Phase.shrink]
)


@pytest.mark.parametrize("machine", [Outbox, Message, Refill, Told, Timers])
def test_thousands_of_sequences(machine: type[Machine]):
    """Whatever happens in whatever order: what is stored is what the model says, and no rule is broken."""
    run_state_machine_as_test(machine, settings=LONG)
