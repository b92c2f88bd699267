"""What counts as a whole number."""

from __future__ import annotations

import numpy as np


def is_int(value: object) -> bool:
    """Tell a whole number of Python or numpy; a bool or a duration is none."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, (bool, np.timedelta64))
