"""What type checkers see of the lazy face: real types, not `object`."""

from typing import assert_type

import numpy as np
from numpy.typing import NDArray

import socialmkt as sm
from socialmkt.core.errors import InvalidInput

assert_type(sm.__version__, str)
assert_type(sm.Currency("CNY"), sm.Currency)
assert_type(sm.Currency("CNY").minor("5.00"), int)
assert_type(sm.Currency("CNY").minors(["5.00"]), NDArray[np.int64])
assert_type(sm.Rounding.half_even.divide(5, 2), int)
assert_type(sm.allocate(100, [1, 1, 1]), list[int])
assert_type(sm.allocate_array(100, [1, 1, 1]), NDArray[np.int64])
assert_type(sm.Table.of({"n": [1]}).head(), sm.Table)
assert_type(sm.Rule.fact("follows").decide({"follows": True}).ok, bool)
error: type[InvalidInput] = sm.InvalidInput
