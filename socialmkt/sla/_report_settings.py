"""What a report is asked for, read and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from socialmkt.core import columns
from socialmkt.core.errors import InvalidInput, Verbatim, check_choice, refuse
from socialmkt.core.instants import zone
from socialmkt.sla import _settings
from socialmkt.sla._percentiles import METHODS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from socialmkt.sla.checks import Checks

Int64 = NDArray[np.int64]

_FUNC = "sla.report"
_INTERVALS = ["wilson", "clopper_pearson"]


class Asked(NamedTuple):
    """The settings of a report."""

    objective: float | None
    confidence: float
    method: str
    percents: tuple[float, ...]
    percentile_method: str
    bands: Int64
    tz: str

    @classmethod
    def of(cls, checks: Checks, given: Mapping[str, Any]) -> Asked:
        """Read the parameters of a report by their names."""
        objective = given["objective"]
        return cls(
            objective=None if objective is None else _settings.read_share(objective, _FUNC, "objective"),
            confidence=_settings.read_share(given["confidence"], _FUNC, "confidence"),
            method=check_choice(_FUNC, "method", given["method"], _INTERVALS),
            percents=read_percents(given["percentiles"]),
            percentile_method=check_choice(_FUNC, "percentile_method", given["percentile_method"], METHODS),
            bands=read_bands(given["bands"]),
            tz=read_zone(given["tz"], checks),
        )


def read_labels(checks: Checks, by: Any) -> NDArray[Any]:
    """Read the labels to break down by: those of a column of the checks, or one per row."""
    if isinstance(by, str):
        by = checks[check_choice(_FUNC, "by", by, checks.columns)]
    labels = columns.ids(by, func=_FUNC, name="by", offer_drop=False)
    if len(labels) != len(checks):
        raise refuse(
            InvalidInput, _FUNC, "by", f"have {len(checks):,} rows like the checks", Verbatim(f"{len(labels):,}")
        )
    if labels.dtype.kind == "O" and labels.size and not isinstance(labels[0], str):
        raise refuse(InvalidInput, _FUNC, "by", "hold text or whole numbers", labels[0])
    return labels


def read_zone(tz: Any, checks: Checks) -> str:
    """Read a zone; left out, take that of the first calendar of the policy, else UTC."""
    if tz is None:
        return next((target.calendar.tz for target in checks.policy.targets if target.calendar is not None), "UTC")
    zone(tz, func=_FUNC, parameter="tz")
    return str(tz)


def read_percents(percents: Any) -> tuple[float, ...]:
    """Read numbers strictly between 0 and 100."""
    listed = columns.numbers(percents, func=_FUNC, name="percentiles", offer_drop=False).tolist()
    for percent in listed:
        if not 0 < percent < 100:
            raise refuse(InvalidInput, _FUNC, "percentiles", "lie strictly between 0 and 100", percent)
    return tuple(listed)


def read_bands(bands: Any) -> Int64:
    """Read durations that ascend from above 0, as microseconds."""
    ends = columns.spans(bands, func=_FUNC, name="bands", offer_drop=False).view(np.int64)
    if ends.size and (int(ends[0]) <= 0 or (np.diff(ends) <= 0).any()):
        raise refuse(InvalidInput, _FUNC, "bands", "ascend from above 0", Verbatim(list(bands)))
    return ends
