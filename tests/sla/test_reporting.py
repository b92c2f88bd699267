"""Reports: the vectors, percentiles that count those who wait, the week, breakdowns and burn rates."""

from __future__ import annotations

import copy
import datetime as dt
import json
import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from socialmkt.core import stats
from socialmkt.core.errors import EmptyInput, InvalidInput
from socialmkt.core.instants import to_us
from socialmkt.sla import (
    SRE_30D,
    BurnAlert,
    Calendar,
    Checks,
    Events,
    Heatmap,
    Policy,
    Report,
    Status,
    Target,
    Verdict,
    burn_alerts,
    burn_rate,
    check,
    measure,
    report,
)
from tests.refusals import refuses

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sla_reports.json").read_text(encoding="utf-8"))
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
HOURLY = Target(within=HOUR, objective=0.95)


def checks_of(waits: list[float | None], *, target: Any = HOURLY, as_of: Any = None, **more: Any) -> Checks:
    """Mentions of one minute, answered after so many minutes."""
    replied = [None if wait is None else NOON + wait * MINUTE for wait in waits]
    return check([NOON] * len(waits), replied, target, as_of=NOON + 200 * MINUTE if as_of is None else as_of, **more)


@pytest.mark.parametrize(("method", "met", "n", "low", "high"), VECTORS["intervals"])
def test_attainment_comes_with_the_interval_of_the_vector(
    method: Any, met: int, n: int, low: float, high: float
) -> None:
    found = report(checks_of([1.0] * met + [90.0] * (n - met)), method=method)
    assert (found.n, found.attainment) == (n, met / n)
    assert (round(found.low or 0, 6), round(found.high or 0, 6)) == (low, high)


def test_open_mentions_stay_in_the_curve() -> None:
    vector = VECTORS["survival"]
    minutes = vector["answered_minutes"] + vector["open_minutes"]
    received = [NOON - minute * MINUTE for minute in minutes]
    replied = [NOON] * 3 + [None] * 2
    found = report(check(received, replied, HOURLY, as_of=NOON))
    assert found.survival is not None
    assert found.survival.survival.round(12).tolist() == vector["survival"]
    assert found.percentiles == {50: vector["median_minutes"] * MINUTE, 75: None, 90: None, 95: None, 99: None}
    flattered = report(check(received, replied, HOURLY, as_of=NOON), percentile_method="nearest_rank", percentiles=[50])
    assert flattered.percentiles == {50: 2 * MINUTE}


@pytest.mark.parametrize(("method", "minutes", "percent", "answer"), VECTORS["percentiles"])
def test_percentiles_of_answered_mentions_are_those_of_the_vector(
    method: Any, minutes: Any, percent: int, answer: float
) -> None:
    found = report(checks_of(minutes), percentile_method=method, percentiles=[percent])
    assert found.percentiles == {percent: answer * MINUTE}


def burning(late: int, total: int) -> Checks:
    return checks_of([90.0] * late + [30.0] * (total - late))


@pytest.mark.parametrize(("objective", "late", "total", "burn"), VECTORS["burn"])
def test_the_burn_rate_is_that_of_the_vector(objective: float, late: int, total: int, burn: float) -> None:
    table = burn_rate(burning(late, total), [DAY], objective=objective)
    assert next(table.rows()) == (DAY, total, late, burn, True)


# --- counts, bounds and verdicts


def every_status() -> Checks:
    log = Events.from_columns(
        [1, 1, 2, 2, 3, 4, 5, 6, 6, 7],
        [NOON + minutes * MINUTE for minutes in (0, 30, 0, 90, 110, 70, 0, 110, 115, 100)],
        ["mention", "reply", "mention", "reply", "mention", "mention", "mention", "mention", "pause", "mention"],
        ["customer", "human"] * 2 + ["customer"] * 6,
        priority=["high"] * 9 + ["low"],
    )
    policy = Policy(targets=[Target(within=HOUR, when={"priority": "high"})])
    return measure(log, policy, as_of=NOON + 120 * MINUTE)


def test_every_status_is_counted() -> None:
    found = report(every_status())
    assert found.counts == dict.fromkeys(Status, 1)
    assert (found.n, found.attainment) == (3, 1 / 3)
    assert (found.worst, found.best) == (1 / 6, 5 / 6)
    assert sum(found.counts.values()) == len(every_status())


@pytest.mark.parametrize(
    ("met", "n", "objective", "verdict"),
    [(100, 100, 0.95, "yes"), (95, 100, 0.95, "undecided"), (50, 100, 0.95, "no"), (0, 0, 0.95, "undecided")],
)
def test_a_verdict_needs_the_whole_interval(met: int, n: int, objective: float, verdict: str) -> None:
    found = report(checks_of([1.0] * met + [90.0] * (n - met)), objective=objective)
    assert found.verdict is Verdict(verdict)


def test_nothing_decided_gives_no_share() -> None:
    found = report(checks_of([]))
    assert (found.attainment, found.low, found.high, found.worst, found.best) == (None,) * 5
    assert (found.survival, found.objective, found.n) == (None, 0.95, 0)
    assert found.percentiles is not None
    assert set(found.percentiles.values()) == {None}
    assert report(checks_of([]), percentile_method="linear", percentiles=[50]).percentiles == {50: None}
    assert report(checks_of([]), by=[]).groups == {}
    two = Policy(targets=[Target(within=HOUR, when={"priority": "high"}, objective=0.9), HOURLY])
    assert report(checks_of([], target=two, priority=[])).objective is None


waits = st.lists(st.one_of(st.none(), st.integers(0, 200)), min_size=1, max_size=30)
percents = st.sampled_from([1, 10, 25, 50, 75, 90, 99])


@given(minutes=st.lists(st.integers(0, 50), min_size=1, max_size=30), percent=percents)
def test_without_open_rows_a_percentile_is_the_nearest_rank(minutes: Any, percent: int) -> None:
    checks = checks_of(minutes)
    survived = report(checks, percentiles=[percent]).percentiles
    assert survived == report(checks, percentiles=[percent], percentile_method="nearest_rank").percentiles
    assert survived == {percent: sorted(minutes)[math.ceil(len(minutes) * percent / 100 - 1e-9) - 1] * MINUTE}


@given(minutes=waits, percent=percents)
def test_a_percentile_is_read_off_the_curve(minutes: Any, percent: int) -> None:
    received = [NOON - (minute or 0) * MINUTE for minute in minutes]
    checks = check(received, [NOON if minute else None for minute in minutes], HOURLY, as_of=NOON)
    found = report(checks, percentiles=[percent])
    assert found.survival is not None
    assert found.percentiles == {percent: stats.km_quantile(found.survival, percent / 100)}


# --- the week

starts = st.integers(to_us(np.datetime64("2026-10-20")), to_us(np.datetime64("2026-11-05")))


@given(received=st.lists(starts, max_size=30), by=st.booleans())
def test_the_week_and_the_counts_conserve_rows(received: list[int], by: bool) -> None:
    start = np.sort(np.array(received, dtype="M8[us]"))
    checks = check(start, start + np.timedelta64(50, "m"), HOURLY, as_of=NOON + 0 * HOUR)
    labels = ["even" if row % 2 else "odd" for row in range(len(received))]
    found = report(checks, tz="America/New_York", by=labels if by else None)
    assert found.heatmap is not None
    assert found.heatmap.count.sum() == len(received) - found.counts["not_applicable"]
    if by:
        assert sum(group.n for group in found.groups.values()) == found.n


def test_the_week_is_that_of_the_zone_and_a_fold_shares_a_cell() -> None:
    fold = [dt.datetime(2026, 11, 1, hour, 30, tzinfo=dt.UTC) for hour in (5, 6)]
    checks = check(fold, [fold[0] + 30 * MINUTE, None], HOURLY, as_of=fold[1] + 2 * HOUR)
    heatmap = report(checks, tz="America/New_York").heatmap
    assert heatmap is not None
    assert heatmap.count[6, 1] == 2
    assert heatmap.attainment[6, 1] == 0.5
    assert heatmap.median[6, 1] == np.timedelta64(30, "m")
    assert math.isnan(heatmap.attainment[0, 0])
    assert np.isnat(heatmap.median[0, 0])
    assert heatmap.tz == "America/New_York"


def test_the_zone_is_that_of_the_first_calendar() -> None:
    shanghai = Calendar(weekly={"mon-fri": "09:00-18:00"}, tz="Asia/Shanghai")
    found = report(checks_of([1.0], target=Target(within=HOUR, calendar=shanghai)))
    assert found.heatmap is not None
    assert (found.heatmap.tz, found.heatmap.count[4, 20]) == ("Asia/Shanghai", 1)
    plain = report(checks_of([1.0])).heatmap
    assert plain is not None
    assert plain.tz == "UTC"


def test_a_cell_whose_half_still_waits_has_no_median() -> None:
    heatmap = report(checks_of([5.0, None, None])).heatmap
    assert heatmap is not None
    assert np.isnat(heatmap.median[4, 12])
    for method in ("linear", "nearest_rank"):
        week = report(checks_of([5.0, 6.0, None]), percentile_method=method).heatmap  # type: ignore[arg-type]
        assert week is not None
        assert week.median[4, 12] == np.timedelta64(5 * 60 + (30 if method == "linear" else 0), "s")


def test_ages_fall_into_bands_that_hold_their_lower_end() -> None:
    as_of = NOON + 5 * HOUR
    received = [as_of - age for age in (0 * HOUR, HOUR - MINUTE / 60, HOUR, 3 * HOUR, 4 * HOUR, 100 * HOUR)]
    ageing = report(check(received, [None] * 6, Target(within=2 * HOUR), as_of=as_of)).ageing
    assert ageing.open.tolist() == [2, 2, 1, 0, 1]
    assert ageing.overdue.tolist() == [0, 1, 1, 0, 1]
    assert np.isnat(ageing.upto[-1])
    assert report(check(received, [None] * 6, HOURLY, as_of=as_of), bands=[]).ageing.open.tolist() == [6]


# --- breakdowns


def test_groups_are_reports_of_their_own_sorted_by_label() -> None:
    checks = checks_of([1.0, 90.0, 1.0], channel=["weibo", "mail", "weibo"])
    by_name, by_column = report(checks, by="channel"), report(checks, by=["weibo", "mail", "weibo"])
    assert by_name == by_column
    assert list(by_name.groups) == ["mail", "weibo"]
    assert by_name.groups["weibo"].attainment == 1.0
    assert by_name.groups["weibo"] == report(checks.filter(checks.channel == "weibo"))
    assert list(report(checks, by="rule").groups) == [0]


def test_clocks_of_several_metrics_do_not_mix() -> None:
    log = Events.from_columns([1, 1], [NOON, NOON + MINUTE], ["mention", "resolve"], ["customer", "human"])
    policy = Policy(targets=[Target(within=HOUR), Target(metric="resolution", within=HOUR)])
    found = report(measure(log, policy, as_of=NOON + HOUR), by="metric")
    assert (found.percentiles, found.heatmap, found.survival, found.n) == (None, None, None, 2)
    assert found.groups["resolution"].heatmap is not None


def test_the_objective_is_the_one_that_the_targets_share() -> None:
    policy = Policy(targets=[Target(within=HOUR, when={"priority": "high"}, objective=0.9), HOURLY])
    checks = checks_of([1.0, 1.0], target=policy, priority=["high", "low"])
    with refuses(InvalidInput, "objective must be given where those of the targets differ, got 0.9, 0.95"):
        report(checks)
    found = report(checks, objective=0.5, by="priority")
    assert {group.objective for group in found.groups.values()} == {0.5}
    assert report(checks.filter(checks.priority == "high")).objective == 0.9


def test_the_order_of_rows_and_merges_does_not_matter() -> None:
    first, second = checks_of([1.0, None, 90.0]), checks_of([5.0])
    assert report(first.merge(second)) == report(second.merge(first))


# --- how reports look


def test_reports_come_back_from_json_pickles_and_copies() -> None:
    checks = checks_of([1.0, None, 90.0], channel=["weibo", "mail", "weibo"])
    for by in ("channel", "rule", None):
        found = report(checks, by=by, percentiles=[50, 99.5])
        assert Report.model_validate_json(found.model_dump_json()) == found
        assert pickle.loads(pickle.dumps(found)) == found
        assert copy.deepcopy(found) == found
    assert found.heatmap != report(checks_of([1.0])).heatmap
    assert Report.model_json_schema()["properties"]["groups"]["type"] == "array"


def test_reports_show_themselves() -> None:
    found = report(checks_of([1.0, None], channel=["<weibo>", "mail"]), by="channel")
    html = found._repr_html_()
    assert "&lt;weibo&gt;" in html
    assert "<weibo>" not in html
    assert "50 %" in str(found)
    assert report(checks_of([]))._repr_html_().count("<tr>") == 2
    assert found.heatmap is not None
    assert found.heatmap._repr_html_().count("<tr>") == 8
    with pytest.raises(TypeError, match="unhashable"):
        hash(found.heatmap)
    assert found.heatmap.__eq__(1) is NotImplemented
    with pytest.raises(ValueError, match="read-only"):
        found.heatmap.count[0, 0] = 1


def test_a_week_has_seven_days() -> None:
    grid = np.zeros((7, 24))
    with pytest.raises(ValidationError, match="count must have shape"):
        Heatmap(count=np.zeros(7, np.int64), attainment=grid, median=grid.astype("m8[us]"), tz="UTC")


def test_percents_of_a_stored_report_are_checked() -> None:
    with pytest.raises(ValidationError, match="percentiles must lie strictly between 0 and 100"):
        report(checks_of([1.0])).model_copy(update={"percentiles": {0: None}})


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"objective": 95}, "objective must lie strictly between 0 and 1"),
        ({"confidence": 95}, "confidence must lie strictly between 0 and 1"),
        ({"method": "wald"}, "method must be one of wilson, clopper_pearson"),
        ({"percentile_method": "weibull"}, "percentile_method must be one of kaplan_meier"),
        ({"percentiles": [0]}, "percentiles must lie strictly between 0 and 100"),
        ({"percentiles": ["x"]}, "percentiles must hold finite numbers"),
        ({"bands": [HOUR, HOUR]}, "bands must ascend from above 0"),
        ({"bands": [0 * HOUR]}, "bands must ascend from above 0"),
        ({"bands": [1]}, "bands must hold timedeltas"),
        ({"bands": [None]}, r"bands must not be null, .* of 1\)\.$"),
        ({"percentiles": [None]}, r"percentiles must not be null, .* of 1\)\.$"),
        ({"by": [None]}, r"by must not be null, .* of 1\)\.$"),
        ({"tz": "Mars"}, "tz must be an IANA zone name"),
        ({"by": "mood"}, "by must be one of received"),
        ({"by": "due"}, "by must hold whole numbers, text"),
        ({"by": [1, 2]}, "by must have 1 rows like the checks, got 2"),
        ({"by": [b"a"]}, "by must hold text or whole numbers"),
    ],
)
def test_a_report_that_makes_no_sense_is_refused(options: dict[str, Any], words: str) -> None:
    with refuses(InvalidInput, words):
        report(checks_of([1.0]), **options)


def test_only_checks_are_reported_on() -> None:
    with refuses(InvalidInput, "checks must be Checks"):
        report([1])  # type: ignore[arg-type]


# --- burn rates


def test_a_late_row_is_decided_at_its_due_instant_and_a_met_row_at_its_reply() -> None:
    as_of = NOON + 100 * MINUTE
    checks = check([NOON] * 3, [NOON + 90 * MINUTE, NOON + 50 * MINUTE, None], HOURLY, as_of=as_of)
    table = burn_rate(checks, np.array([40, 41, 50, 51], dtype="m8[m]"), objective=0.9, min_count=3)
    assert table["late"].tolist() == [0, 2, 2, 2]
    assert table["total"].tolist() == [0, 2, 2, 3]
    assert math.isnan(table["burn"][0])
    assert table["burn"][1:].tolist() == [10.0, 10.0, float(20 / 3)]
    assert table["enough"].tolist() == [False, False, False, True]


def test_an_alert_needs_both_windows_and_enough_mentions() -> None:
    alert = BurnAlert(long=HOUR, short=5 * MINUTE, threshold=4)
    as_of = NOON + 63 * MINUTE
    late = check([NOON] * 20, [None] * 20, HOURLY, as_of=as_of)
    assert burn_alerts(late, [alert], objective=0.95)["firing"].tolist() == [True]
    assert burn_alerts(late, [alert], objective=0.95, min_count=21)["firing"].tolist() == [False]
    calm = check([NOON] * 20, [None] * 20, HOURLY, as_of=NOON + 70 * MINUTE)
    assert burn_alerts(calm, [alert], objective=0.95)["firing"].tolist() == [False]
    assert burn_alerts(late, objective=0.95).columns == (
        "long",
        "short",
        "threshold",
        "long_burn",
        "short_burn",
        "firing",
    )
    assert [alert.threshold for alert in SRE_30D] == [14.4, 6, 1]


def test_one_mention_in_the_night_wakes_nobody() -> None:
    alone = check([NOON], [None], HOURLY, as_of=NOON + 61 * MINUTE)
    assert not burn_alerts(alone, objective=0.95)["firing"].any()


@pytest.mark.parametrize(
    ("ask", "kind", "words"),
    [
        (lambda: burn_rate(burning(1, 2), [], objective=0.9), EmptyInput, "windows must hold at least one window"),
        (
            lambda: burn_rate(burning(1, 2), [0 * HOUR], objective=0.9),
            InvalidInput,
            r"windows must be above 0, got .* at row 0 \(1 such rows of 1\)",
        ),
        (
            lambda: burn_rate(burning(1, 2), [None], objective=0.9),
            InvalidInput,
            r"windows must not be null, .* of 1\)\.$",
        ),
        (lambda: burn_rate(burning(1, 2), [60], objective=0.9), InvalidInput, "windows must hold timedeltas"),
        (lambda: burn_rate(burning(1, 2), [HOUR], objective=90), InvalidInput, "objective must lie strictly"),
        (
            lambda: burn_rate(burning(1, 2), [HOUR], objective=0.9, min_count=-1),
            InvalidInput,
            "min_count must be a whole",
        ),
        (lambda: burn_rate([], [HOUR], objective=0.9), InvalidInput, "checks must be Checks"),
        (lambda: burn_alerts(burning(1, 2), [], objective=0.9), EmptyInput, "alerts must hold at least one alert"),
        (
            lambda: burn_alerts(burning(1, 2), [HOUR], objective=0.9),
            InvalidInput,
            "alerts must hold BurnAlert objects, got",
        ),
        (
            lambda: burn_alerts(burning(1, 2), 5, objective=0.9),
            InvalidInput,
            "alerts must be a list of BurnAlert, got 5",
        ),
    ],
)
def test_a_burn_rate_that_makes_no_sense_is_refused(ask: Any, kind: Any, words: str) -> None:
    with refuses(kind, words):
        ask()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"long": 0 * HOUR}, "long must be above 0"),
        ({"short": 5}, "short must be a timedelta"),
        ({"threshold": 0}, "threshold must be a finite number above 0"),
        ({"threshold": True}, "threshold must be a finite number above 0"),
    ],
)
def test_an_alert_is_checked(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        BurnAlert.model_validate({"long": HOUR, "short": MINUTE, "threshold": 2, **fields})
    assert BurnAlert.model_validate_json(SRE_30D[0].model_dump_json()) == SRE_30D[0]
