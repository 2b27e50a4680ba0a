"""A killed server keeps every rating that it acknowledged; ``bench.faults`` kills it more often."""

import pytest

from bench import faults


@pytest.mark.parametrize("tabs", [1, 2])
def test_a_killed_server_keeps_each_acknowledged_rating_once(tabs: int) -> None:
    faults.run(3, tabs=tabs)
