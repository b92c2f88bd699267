"""What type checkers see of `sla`: a moment in, a moment out; a column in, a column out."""

from datetime import UTC, datetime, timedelta
from typing import assert_type

import numpy as np
from numpy.typing import NDArray

import socialmkt as sm

MORNING, HOUR = datetime(2026, 3, 2, 9, tzinfo=UTC), timedelta(hours=1)
target = sm.sla.Target(within=HOUR)

assert_type(sm.sla.due(target, MORNING), datetime | None)
assert_type(sm.sla.due(target, [MORNING]), NDArray[np.datetime64])
assert_type(sm.sla.warning(target, MORNING), datetime | None)
assert_type(sm.sla.warning(target, [MORNING]), NDArray[np.datetime64])
assert_type(sm.sla.delay_cost(HOUR, doubling=HOUR, half_life=HOUR), float)
assert_type(sm.sla.delay_cost([HOUR], doubling=HOUR, half_life=HOUR), NDArray[np.float64])
