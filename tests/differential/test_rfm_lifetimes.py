"""Customer by customer the same figures as lifetimes, where that counts what we count."""

from __future__ import annotations

import datetime as dt
import warnings

import numpy as np
import pytest

from socialmkt.rfm import holdout, summarize
from tests.rfm.logs import cdnow

pytestmark = pytest.mark.differential

PERIOD_ENDS = {"h": np.datetime64("1998-06-30T00"), "D": dt.date(1998, 6, 30), "W": dt.date(1998, 7, 5)}


@pytest.fixture(scope="module")
def lifetimes():
    """Its summary functions: importing it changes an option of pandas, and warns."""
    pytest.importorskip("pandas")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip("lifetimes")
        from lifetimes import utils
    return utils


@pytest.fixture(scope="module")
def frame():
    pandas = pytest.importorskip("pandas")
    customer, days, cents = cdnow()
    return pandas.DataFrame({"customer": customer, "when": days.astype("datetime64[ns]"), "amount": cents})


@pytest.mark.parametrize("include_first", [False, True])
@pytest.mark.parametrize("unit", PERIOD_ENDS)
def test_the_btyd_view_equals_lifetimes_customer_by_customer(lifetimes, frame, unit, include_first) -> None:
    end = PERIOD_ENDS[unit]
    ours = summarize(*cdnow(), as_of=end, unit=unit).btyd(include_first=include_first)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = lifetimes.summary_data_from_transaction_data(
            frame,
            "customer",
            "when",
            "amount",
            freq=unit,
            observation_period_end=str(end),
            include_first_transaction=include_first,
        )
    assert ours["customer"].tolist() == theirs.index.tolist()
    for name in ("frequency", "recency", "T"):
        assert (ours[name] == theirs[name].to_numpy()).all(), name
    assert np.allclose(ours["monetary_value"], theirs["monetary_value"].to_numpy(), rtol=1e-12)


def test_scale_is_their_freq_multiplier(lifetimes, frame) -> None:
    ours = summarize(*cdnow(), as_of=PERIOD_ENDS["D"]).btyd(scale=7)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = lifetimes.summary_data_from_transaction_data(
            frame, "customer", "when", freq="D", freq_multiplier=7, observation_period_end="1998-06-30"
        )
    for name in ("recency", "T"):
        assert np.allclose(ours[name], theirs[name].to_numpy(), rtol=1e-12)


def test_the_split_equals_lifetimes_but_for_money_per_row(lifetimes, frame) -> None:
    split, end = dt.date(1997, 6, 30), dt.date(1997, 12, 31)
    ours = holdout(*cdnow(), split=split, end=end)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = lifetimes.calibration_and_holdout_data(
            frame,
            "customer",
            "when",
            calibration_period_end=split.isoformat(),
            observation_period_end=end.isoformat(),
            monetary_value_col="amount",
        )
    assert ours["customer"].tolist() == theirs.index.tolist()
    for name in ("frequency_cal", "recency_cal", "T_cal", "frequency_holdout", "duration_holdout"):
        assert (ours[name] == theirs[name].to_numpy()).all(), name
    assert np.allclose(ours["monetary_value_cal"], theirs["monetary_value_cal"].to_numpy(), rtol=1e-12)
    assert ours["monetary_value_holdout"].sum() > theirs["monetary_value_holdout"].sum()
