"""Programs about tables that must not type-check: each line that ends in `# bad` is an error.

mypy does not look at the types of a model's arguments: `# bad: pyright` is an error for pyright alone,
and pyright does not see that models are frozen.
"""

from __future__ import annotations

import numpy as np

from socialmkt.core.table import Floats, Ints, Table


class Summary(Table):
    orders: Ints
    share: Floats | None = None
    unit: str = "D"


summary = Summary(orders=np.array([1, 2]))

Summary()  # bad
Summary(orders=np.zeros(1))  # bad: pyright
Summary(orders=np.array([1]), unit=5)  # bad: pyright
Summary(orders=np.array([1]), nothing=5)  # bad
nothing = summary.nothing  # bad
summary.unit = "W"  # bad: mypy
row = summary[0]  # bad
summary.head("2")  # bad
summary.sort_by("orders", True)  # bad
summary.share.sum()  # bad
Table.of(5)  # bad
Table.of({"a": 1})  # bad
Table.of({"a": [1]}, units={"a": 5})  # bad
