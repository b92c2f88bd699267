"""What every plot owes its reader, looked at as figures and words, not as pixels."""

from __future__ import annotations

import datetime as dt
import importlib
import itertools
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

matplotlib = pytest.importorskip("matplotlib")

from matplotlib import font_manager  # noqa: E402  # after the skip
from matplotlib.colors import to_rgba  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402
from matplotlib.text import Text  # noqa: E402

from socialmkt import _plots_deal, _plots_ink, groupbuy, overlap, plots, rfm, sla  # noqa: E402
from socialmkt._plots_words import Word  # noqa: E402
from socialmkt.core.errors import InvalidInput  # noqa: E402
from tests.plots import samples  # noqa: E402
from tests.plots.samples import EMPTY, EXTREMES, SAMPLES  # noqa: E402
from tests.refusals import refuses  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.plots

NAMES = sorted(SAMPLES)
CASES = {name: (name, SAMPLES[name]) for name in NAMES} | EXTREMES
READABLE = 4.5
APART = 0.12


def draw(name: str, **options: Any) -> Any:
    return getattr(plots, name)(*SAMPLES[name](), **options)


@cache
def drawn(case: str) -> Any:
    """Draw a case once, for tests that only look at it."""
    name, make = CASES[case]
    ax = getattr(plots, name)(*make())
    ax.figure.draw_without_rendering()
    return ax


def inside_axes(ax: Any) -> Iterator[tuple[Any, Text]]:
    """Give the texts that stand in the data, with their axes."""
    for axes in (ax, *ax.child_axes):
        yield from ((axes, text) for text in axes.texts if text.get_visible() and text.get_text())


# --- what all twelve have in common --------------------------------------------------------------------------------


def test_the_public_names_are_the_twelve_plots() -> None:
    assert sorted(plots.__all__) == NAMES


def test_without_matplotlib_the_import_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "socialmkt.plots")
    monkeypatch.setitem(sys.modules, "matplotlib.axes", None)
    with pytest.raises(ImportError, match=r'pip install "socialmkt\[plots\]"'):
        importlib.import_module("socialmkt.plots")


@pytest.mark.parametrize("name", NAMES)
def test_the_axes_given_are_drawn_on_and_returned(name: str) -> None:
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert draw(name, ax=left) is left
    assert left.has_data()
    assert figure.axes == [left, right]
    assert not right.has_data()
    assert figure.get_size_inches().tolist() == Figure().get_size_inches().tolist()


@pytest.mark.parametrize("name", NAMES)
def test_a_plot_stays_in_the_place_of_the_axes_given(name: str) -> None:
    figure = Figure(figsize=(12, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    draw(name, ax=left)
    figure.draw_without_rendering()
    place, edge = left.get_tightbbox(), right.get_window_extent().x0
    assert place.x1 <= edge
    assert place.x0 >= -1
    assert place.y0 >= -1
    assert place.y1 <= figure.bbox.height + 1


@pytest.mark.parametrize("name", NAMES)
def test_no_plot_touches_what_others_share(name: str) -> None:
    before = dict(matplotlib.rcParams)
    draw(name)
    assert dict(matplotlib.rcParams) == before
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or pyplot.get_fignums() == []


@pytest.mark.parametrize("name", NAMES)
def test_a_plot_leaves_its_input_as_it_was(name: str) -> None:
    before = [repr(part) for part in SAMPLES[name]()]
    draw(name)
    assert [repr(part) for part in SAMPLES[name]()] == before


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_cut_off(case: str) -> None:
    ax = drawn(case)
    ink, page = ax.get_tightbbox(), ax.figure.bbox
    assert ink.x0 >= -1
    assert ink.y0 >= -1
    assert ink.x1 <= page.x1 + 1
    assert ink.y1 <= page.y1 + 1


@pytest.mark.parametrize("case", CASES)
def test_words_in_the_data_stay_inside_their_axes(case: str) -> None:
    ax = drawn(case)
    for axes, text in inside_axes(ax):
        box, frame = text.get_window_extent(), axes.get_window_extent()
        assert box.x0 >= frame.x0 - 2, text.get_text()
        assert box.x1 <= frame.x1 + 2, text.get_text()
        assert box.y0 >= frame.y0 - 2, text.get_text()
        assert box.y1 <= frame.y1 + 2, text.get_text()


@pytest.mark.parametrize("case", CASES)
def test_patches_with_a_place_stay_inside_their_axes(case: str) -> None:
    ax = drawn(case)
    for axes in (ax, *ax.child_axes):
        low, high = sorted(axes.get_xlim())
        for patch in (patch for bars in axes.containers for patch in getattr(bars, "patches", [])):
            assert low <= patch.get_x() + min(patch.get_width(), 0)
            assert patch.get_x() + max(patch.get_width(), 0) <= high


@pytest.mark.parametrize("name", sorted(EMPTY))
def test_without_data_there_is_a_note_and_nothing_else(name: str) -> None:
    ax = getattr(plots, name)(*EMPTY[name]())
    assert [text.get_text() for text in ax.texts] == ["Nothing to show"]
    assert not ax.has_data()
    assert list(ax.get_xticks()) == list(ax.get_yticks()) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_axes_name_what_they_measure(name: str) -> None:
    ax = draw(name)
    axes = (ax, *ax.child_axes)
    labels = [label for one in axes for label in (one.get_xlabel(), one.get_ylabel()) if label]
    assert labels
    units = ("(", "[", "%", "=")
    assert any(any(unit in label for unit in units) for label in labels)


@pytest.mark.parametrize("name", NAMES)
def test_wrong_input_is_refused_by_name(name: str) -> None:
    rest = SAMPLES[name]()[1:]
    with refuses(InvalidInput, match=f"^plots.{name}: .* must be "):
        getattr(plots, name)([1, 2], *rest)
    with refuses(InvalidInput, match=f"^plots.{name}: ax must be Axes of matplotlib, got a Figure"):
        draw(name, ax=Figure())
    with refuses(InvalidInput, match=f"^plots.{name}: lang must be one of zh, en, got 'fr'"):
        draw(name, lang="fr")


# --- languages -----------------------------------------------------------------------------------------------------


def _chinese_font() -> str:
    installed = {font.name for font in font_manager.fontManager.ttflist}
    found = next((family for family in plots._WITH_CHINESE if family in installed), None)
    if found is None:
        pytest.skip("no Chinese font is installed")
    return found


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_chinese_with_a_font_that_has_them(name: str) -> None:
    with matplotlib.rc_context({"font.family": [_chinese_font()]}):
        ax = draw(name, lang="zh_CN")
        ax.figure.canvas.draw()
    axes = (ax, *ax.child_axes)
    labels = [label for one in axes for label in (one.get_xlabel(), one.get_ylabel()) if label]
    assert all(_is_chinese(label) or "TGI" in label for label in labels)


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_english_without_such_a_font_and_nobody_is_warned(name: str) -> None:
    with matplotlib.rc_context({"font.family": ["DejaVu Sans"]}):
        ax = draw(name, lang="zh")
        ax.figure.canvas.draw()
    assert not any(_is_chinese(text.get_text()) for text in ax.findobj(Text))


def test_a_font_that_is_not_installed_is_passed_over() -> None:
    with matplotlib.rc_context({"font.family": ["No Such Font", "DejaVu Sans"]}):
        assert plots.missing("ab") == set()
        assert plots.missing("人 a") == {"人"}


def test_chinese_names_are_shown_in_a_font_that_has_them_whatever_is_set() -> None:
    _chinese_font()
    with matplotlib.rc_context({"font.family": ["DejaVu Sans"]}):
        ax = plots.overlap_matrix(overlap.overlap_matrix(samples.chinese(3)))
        ax.figure.canvas.draw()
    assert all(_is_chinese(text.get_text()) for text in ax.get_yticklabels())


def test_every_word_has_the_same_places_for_figures_in_both_languages() -> None:
    places = {word: (word.zh.count("{"), word.en.count("{")) for word in Word}
    assert {word: pair for word, pair in places.items() if pair[0] != pair[1]} == {}


# --- colours -------------------------------------------------------------------------------------------------------


def _contrast(one: Any, other: Any) -> float:
    light, dark = sorted((float(_plots_ink.luminance(one)), float(_plots_ink.luminance(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _cell_colours(ax: Any) -> dict[tuple[int, int], Any]:
    """Give the colour that shows in each cell: that of the mesh, or of the patch over it."""
    (mesh,) = (one for one in ax.collections if type(one).__name__ == "QuadMesh")
    values = mesh.get_array()
    rgba = mesh.to_rgba(values)
    shown = {(row, column): rgba[row, column] for row, column in np.ndindex(values.shape)}
    for patch in ax.patches:
        cell = round(patch.get_y() + 0.5), round(patch.get_x() + 0.5)
        shown[cell] = patch.get_facecolor()
    return shown


@pytest.mark.parametrize("name", ["rfm_heatmap", "migration_flow", "sla_heatmap", "overlap_matrix"])
def test_numbers_can_be_read_on_their_cells(name: str) -> None:
    ax = draw(name)
    colours = _cell_colours(ax)
    assert ax.texts
    for text in ax.texts:
        column, row = (round(place) for place in text.get_position())
        assert _contrast(to_rgba(text.get_color()), colours[row, column]) >= READABLE


@pytest.mark.parametrize("metric", ["jaccard", "lift", "phi", "a_in_b"])
def test_numbers_can_be_read_on_two_sided_colours_too(metric: str) -> None:
    ax = plots.overlap_matrix(samples.matrix(), metric=metric)
    colours = _cell_colours(ax)
    for text in ax.texts:
        column, row = (round(place) for place in text.get_position())
        assert _contrast(to_rgba(text.get_color()), colours[row, column]) >= READABLE


def test_any_colour_takes_black_or_white_text() -> None:
    steps = np.linspace(0, 1, 12)
    for rgb in itertools.product(steps, steps, steps):
        assert _contrast(to_rgba(_plots_ink.ink(rgb)), rgb) >= READABLE


# H. Brettel, F. Viénot, J. D. Mollon (1997); linear RGB, as F. Viénot and others simplified it in 1999
DEUTERANOPIA = np.array([[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]])
TO_LAB = np.array([[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]])
OKLAB = np.array([[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]])


def _as_deuteranope(colour: str) -> Any:
    """Give a colour as somebody without green cones sees it, in Oklab, where distances are what the eye makes them."""
    rgb = np.array(to_rgba(colour)[:3])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return OKLAB @ np.cbrt(np.clip(TO_LAB @ np.clip(DEUTERANOPIA @ linear, 0, 1), 0, None))


@pytest.mark.parametrize("name", ["rfm_segments", "fit_bars", "tgi_bars", "odds_bars"])
def test_colours_of_kinds_stay_apart_without_green_cones(name: str) -> None:
    ax = draw(name)
    kinds = {
        matplotlib.colors.to_hex(patch.get_facecolor())
        for bars in ax.containers
        for patch in getattr(bars, "patches", [])
    }
    assert len(kinds) > 1
    for one, other in itertools.combinations(kinds, 2):
        assert float(np.linalg.norm(_as_deuteranope(one) - _as_deuteranope(other))) > APART


@pytest.mark.parametrize("name", ["rfm_heatmap", "migration_flow", "sla_heatmap", "overlap_matrix"])
def test_grids_are_coloured_by_cividis(name: str) -> None:
    meshes = [one for one in draw(name).collections if type(one).__name__ == "QuadMesh"]
    assert [mesh.get_cmap().name for mesh in meshes] == ["cividis"]


# --- one by one ----------------------------------------------------------------------------------------------------


def test_each_cell_of_the_heatmap_holds_its_customers_and_the_colour_of_their_money() -> None:
    scores = samples.scores()
    ax = plots.rfm_heatmap(scores)
    written = {tuple(round(at) for at in text.get_position()): text.get_text() for text in ax.texts}
    (mesh,) = (one for one in ax.collections if type(one).__name__ == "QuadMesh")
    for r, f in itertools.product(range(1, 6), range(1, 6)):
        here = (scores.r == r) & (scores.f == f)
        assert written.get((f - 1, 5 - r), "0") == f"{here.sum():,}"
        if here.any():
            assert mesh.get_array()[5 - r, f - 1] == pytest.approx(scores.m[here].mean())
    hatched = {(round(patch.get_x() + 0.5), round(patch.get_y() + 0.5)) for patch in ax.patches if patch.get_hatch()}
    assert hatched == set(itertools.product(range(5), range(5))) - set(written)
    assert [text.get_text() for text in ax.get_yticklabels()] == ["5", "4", "3", "2", "1"]


def test_segments_are_sorted_by_their_share_and_as_long_as_it() -> None:
    profile = samples.profile()
    ax = plots.rfm_segments(profile)
    people, money = ax.containers
    order = np.argsort(-profile["share"], kind="stable")
    assert [bar.get_width() for bar in people] == pytest.approx((100 * profile["share"][order]).tolist())
    assert [bar.get_width() for bar in money] == pytest.approx((100 * profile["revenue_share"][order]).tolist())
    named = [rfm.label(code) for code in profile["segment"][order].tolist()]
    assert [text.get_text() for text in ax.get_yticklabels()] == named
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["of customers", "of revenue"]


def test_segments_without_amounts_have_one_bar() -> None:
    summary = samples.summary(money=False)
    ax = plots.rfm_segments(rfm.profile(rfm.segment(rfm.score(summary), rfm.TEN), summary))
    assert len(ax.containers) == 1


def test_a_table_that_is_no_profile_is_refused_with_the_column_it_lacks() -> None:
    with refuses(InvalidInput, match="profile must have a column 'segment', got columns level"):
        plots.rfm_segments(samples.index())


def test_a_loss_goes_to_the_left_of_zero() -> None:
    days = [dt.date(2026, 3, day) for day in (1, 2, 3, 20)]
    summary = rfm.summarize(["ann", "ann", "ann", "bo"], days, [100, 100, 100, -50])
    profile = rfm.profile(rfm.segment(rfm.score(summary)), summary)
    ax = plots.rfm_segments(profile)
    assert int(profile.revenue.min()) == -50
    assert min(bar.get_width() for bar in ax.containers[1]) == pytest.approx(100 * -50 / 250)
    assert ax.get_xlim()[0] <= -20  # the whole bar is seen


def test_moves_are_written_as_shares_of_their_row_with_those_who_left_and_entered() -> None:
    migration = samples.migration()
    ax = plots.migration_flow(migration)
    k = len(migration.names)
    written = {tuple(round(at) for at in text.get_position()): text.get_text() for text in ax.texts}
    before = migration.matrix.sum(axis=1) + migration.left
    for row, column in zip(*np.nonzero(migration.matrix), strict=True):
        count = migration.matrix[row, column]
        assert written[column, row] == f"{100 * count / before[row]:.0f} %\n{count:,}"
    for row in np.flatnonzero(migration.left):
        assert written[k, row].endswith(f"\n{migration.left[row]:,}")
    assert len(written) == np.count_nonzero(migration.matrix) + np.count_nonzero(migration.left)
    assert ax.get_yticklabels()[-1].get_text() == "Entered"


def test_the_price_steps_down_where_each_tier_begins() -> None:
    ladder = samples.ladder()
    ax = plots.ladder_steps(ladder)
    (below,) = ax.child_axes
    assert ax.lines[0].get_xdata()[:-1].tolist() == [1, 30, 80, 200]
    assert ax.lines[0].get_ydata()[:-1].tolist() == [299, 259, 229, 199]
    quantity, total = below.lines[0].get_data()
    assert total.tolist() == [ladder.amount(int(q)) / 100 for q in quantity]
    shaded = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in ax.patches]
    assert shaded == [(span.start - 0.5, span.stop - 0.5) for span in ladder.dominated()]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["buying more costs less"]


def test_prices_of_packages_begin_with_their_first_unit() -> None:
    ladder = samples.packed_ladder()
    ax = plots.ladder_steps(ladder)
    starts = [int(start) for start in ax.lines[0].get_xdata()[:-1]]
    assert [ladder.explain(start).packages for start in starts] == [1, 5, 10]
    assert [ladder.explain(start - 1).packages for start in starts] == [0, 4, 9]
    down = groupbuy.Ladder.of("CNY", {1: "9", 3: "8"}, package=4, package_rounding="down")
    starts = [int(start) for start in plots.ladder_steps(down).lines[0].get_xdata()[:-1]]
    assert [down.explain(start).packages for start in starts] == [1, 3]
    assert [down.explain(start - 1).packages for start in starts] == [0, 2]


def test_the_count_of_a_deal_is_the_status_at_every_instant() -> None:
    deal, orders = samples.deal()
    times, counts = _plots_deal.counts_over_time(deal, list(orders))
    assert times == sorted(set(times))
    assert counts == [groupbuy.status(deal, orders, as_of=at).count for at in times]
    for at in (times[1] + (times[2] - times[1]) / 2, times[-1] + dt.timedelta(seconds=1)):
        last = max(place for place, before in enumerate(times) if before <= at)
        assert counts[last] == groupbuy.status(deal, orders, as_of=at).count


@pytest.mark.parametrize("change", [{"stock": 60, "basis": "units"}, {"count_from": "placed"}, {"per_buyer": 2}])
def test_the_count_follows_the_terms_of_the_deal(change: dict[str, Any]) -> None:
    deal, orders = samples.deal()
    other = deal.model_copy(update=change)
    times, counts = _plots_deal.counts_over_time(other, list(orders))
    assert counts == [groupbuy.status(other, orders, as_of=at).count for at in times]


def test_a_deal_has_a_line_for_each_tier_and_one_for_its_close() -> None:
    deal, orders = samples.deal()
    ax = plots.deal_progress(deal, orders)
    flat = [line.get_ydata()[0] for line in ax.lines if list(line.get_xdata()) == [0, 1]]
    assert flat == [3, 20, 60]
    upright = [line.get_xdata()[0] for line in ax.lines if list(line.get_ydata()) == [0, 1]]
    assert upright == [deal.closes_at]
    assert {text.get_text() for text in ax.texts} >= {"closes", "from 60: 199.00 CNY"}
    assert ax.get_xlabel() == "Time (UTC)"


def test_of_tiers_that_begin_together_the_last_is_named() -> None:
    deal, orders = samples.deal()
    ax = plots.deal_progress(deal.model_copy(update={"min_to_tip": 20}), orders)
    assert {text.get_text() for text in ax.texts} == {"closes", "from 20: 259.00 CNY", "from 60: 199.00 CNY"}


@pytest.mark.parametrize("hours", [1, 24, 72, 90, 21 * 24, 90 * 24])
def test_a_deal_of_any_length_has_some_dates_below(hours: int) -> None:
    deal, _ = samples.deal()
    ax = plots.deal_progress(deal.model_copy(update={"closes_at": deal.opens_at + hours * samples.HOUR}), [])
    ax.figure.canvas.draw()
    assert 2 <= len(ax.get_xticks()) <= 9


def test_a_deal_that_was_called_off_says_so() -> None:
    ax = plots.deal_progress(samples.far_deal(), [])
    assert "cancelled" in {text.get_text() for text in ax.texts}
    assert ax.get_yscale() == "symlog"


def test_orders_of_something_else_are_refused_by_name() -> None:
    deal, orders = samples.deal()
    with refuses(InvalidInput, match=r"^plots.deal_progress: orders must hold Order objects"):
        plots.deal_progress(deal, [1])
    with refuses(InvalidInput, match=r"^plots.deal_progress: orders must have distinct ids"):
        plots.deal_progress(deal, [orders[0], orders[0]])


def test_the_bars_of_odds_end_at_the_chance() -> None:
    odds = samples.odds()
    ax = plots.odds_bars(odds)
    ends = [bar.get_x() + bar.get_width() for bar in ax.containers[0]]
    by_prize = [chance for prize in ("car", "phone") for chance in odds.probability[odds.prize == prize].tolist()]
    assert ends == pytest.approx(by_prize)
    assert ax.texts[0].get_text() == f"1 in {odds.one_in[0]:,.0f}"
    assert ax.get_yticklabels()[0].get_text() == "car · weight 1"
    assert ax.get_xscale() == "log"


def test_certain_and_impossible_prizes_are_named_so() -> None:
    _, make = EXTREMES["certain and never"]
    assert [text.get_text() for text in plots.odds_bars(*make()).texts] == ["certain", "never"]


def test_of_many_weights_eight_are_drawn_and_the_axis_says_so() -> None:
    _, make = EXTREMES["30 weights"]
    ax = plots.odds_bars(*make())
    assert len(ax.patches) == 16
    assert ax.get_xlabel().endswith("(8 of 30 weights shown)")


def test_hours_of_few_mentions_are_grey_and_of_none_hatched() -> None:
    week = samples.report().heatmap
    ax = plots.sla_heatmap(samples.report())
    decided = ~np.isnan(week.attainment)
    grey = {(round(p.get_y() + 0.5), round(p.get_x() + 0.5)) for p in ax.patches if not p.get_hatch()}
    hatched = {(round(p.get_y() + 0.5), round(p.get_x() + 0.5)) for p in ax.patches if p.get_hatch()}
    assert grey == set(zip(*(np.nonzero(decided & (week.count < 5))), strict=True))
    assert hatched == set(zip(*np.nonzero(~decided), strict=True))
    written = {tuple(round(at) for at in text.get_position()): text.get_text() for text in ax.texts}
    assert all(
        written[column, row] == f"{100 * week.attainment[row, column]:.0f}" for row, column in np.argwhere(decided)
    )
    assert ax.get_yticklabels()[0].get_text() == "Mon"
    assert "Asia/Shanghai" in ax.get_xlabel()


@pytest.mark.parametrize("name", ["sla_heatmap", "sla_survival"])
def test_a_report_of_several_metrics_is_refused(name: str) -> None:
    mixed = samples.report().model_copy(update={"heatmap": None, "survival": None})
    with refuses(InvalidInput, match="report must be of one metric, got one of several"):
        getattr(plots, name)(mixed)


def test_the_curve_of_the_waiting_is_that_of_the_report() -> None:
    report = samples.report()
    ax = plots.sla_survival(report)
    time, share = ax.lines[0].get_data()
    assert time[1:] == pytest.approx(report.survival.time.astype(np.int64) / 6e7)
    assert share[1:] == pytest.approx(100 * report.survival.survival)
    assert ax.lines[1].get_ydata()[0] == pytest.approx(10)
    assert ax.get_xlabel() == "Time waited (minutes)"
    band, estimate, objective = (text.get_text() for text in ax.get_legend().get_texts())
    assert (band, estimate, objective) == ("confidence band", "Kaplan-Meier estimate", "allowed by the objective: 10 %")


def test_a_long_tail_of_waiting_gets_a_log_axis_in_the_units_people_wait_in() -> None:
    received = np.full(40, np.datetime64("2026-03-02T09:00"), "M8[us]")
    waited = np.append(np.full(38, 300), [86_400 * 9, 86_400 * 20]).astype("m8[s]")
    as_of = np.datetime64("2026-04-03")
    checks = sla.check(received, received + waited, sla.Target(within=samples.HOUR), as_of=as_of)
    ax = plots.sla_survival(sla.report(checks))
    assert ax.get_xscale() == "log"
    assert {"10 min", "1 h", "1 d", "7 d"} <= {text.get_text() for text in ax.get_xticklabels()}


def test_where_nothing_was_answered_the_plot_says_so() -> None:
    ax = plots.sla_survival(samples.one_mention(None))
    assert [text.get_text() for text in ax.texts] == ["Nothing has been answered"]


@pytest.mark.parametrize("metric", ["count", "jaccard", "a_in_b", "lift", "phi"])
def test_each_pair_of_audiences_shows_its_figure_and_the_diagonal_their_size(metric: str) -> None:
    matrix = samples.matrix()
    ax = plots.overlap_matrix(matrix, metric=metric)
    figures = matrix.metric(metric)
    written = {tuple(round(at) for at in text.get_position()): text.get_text() for text in ax.texts}
    for row, column in itertools.product(range(5), range(5)):
        shown = f"{figures[row, column]:,.0f}" if metric == "count" else f"{figures[row, column]:.2f}"
        assert written[column, row] == (f"{matrix.sizes[row]:,}" if row == column else shown)


def test_two_sided_figures_have_two_sided_colours() -> None:
    for metric, middle in (("lift", 1.0), ("phi", 0.0)):
        ax = plots.overlap_matrix(samples.matrix(), metric=metric)
        (mesh,) = (one for one in ax.collections if type(one).__name__ == "QuadMesh")
        assert mesh.get_cmap().name == "PuOr"
        assert float(mesh.norm(middle)) == pytest.approx(0.5)


def test_a_metric_that_is_unknown_or_lacks_its_universe_is_refused() -> None:
    with refuses(InvalidInput, match=r"plots.overlap_matrix: metric must be one of count, .*Did you mean 'jaccard'"):
        plots.overlap_matrix(samples.matrix(), metric="jacard")
    with refuses(InvalidInput, match="universe must be given for lift"):
        plots.overlap_matrix(overlap.overlap_matrix(samples.audiences()), metric="lift")


def test_bars_of_combinations_stand_over_the_dots_of_their_members() -> None:
    table = samples.patterns()
    rows = table.upset(top=30)
    ax = plots.upset(table)
    grid, left = ax.child_axes
    assert [bar.get_height() for bar in ax.patches] == rows.count.tolist()
    names = [text.get_text() for text in grid.get_yticklabels()]
    assert names == [f"channel {place}" for place in (4, 3, 2, 1, 0)]
    filled = grid.collections[-1].get_offsets()
    for place, mask in enumerate(rows.mask.tolist()):
        members = {names[round(row)] for column, row in filled if round(column) == place}
        assert members == {f"channel {bit}" for bit in range(5) if mask >> bit & 1}
    sizes = dict(zip(table.names, table.pairs().sizes.tolist(), strict=True))
    assert [bar.get_width() for bar in left.patches] == [sizes[name] for name in names]
    assert left.xaxis_inverted()


def test_combinations_beyond_the_thirtieth_are_summed_up() -> None:
    table = overlap.patterns(samples.chinese())
    ax = plots.upset(table)
    rest = table.upset(top=30)
    assert len(ax.patches) == 30
    assert ax.texts[-1].get_text() == f"{rest.other_patterns} more combinations: {rest.other_count:,} people"


def test_scores_stand_above_their_components_with_their_interval() -> None:
    ranking = samples.ranking()
    ax = plots.fit_bars(ranking)
    bars = {text.get_text(): group for text, group in zip(ax.get_legend().get_texts(), _bar_groups(ax), strict=True)}
    assert [bar.get_width() for bar in bars["score"]] == pytest.approx(ranking.score.tolist())
    for part in ("match", "affinity", "coverage"):
        assert [bar.get_width() for bar in bars[part]] == pytest.approx((100 * ranking[part]).tolist())
    assert {bar.get_hatch() or "" for group in bars.values() for bar in group} == {"", "////", "...."}
    (whiskers,) = (one for one in ax.containers if hasattr(one, "has_xerr"))
    ends = [segment[:, 0].tolist() for segment in whiskers[2][0].get_segments()]
    assert ends == [pytest.approx(pair) for pair in zip(ranking.low.tolist(), ranking.high.tolist(), strict=True)]


def _bar_groups(ax: Any) -> list[Any]:
    return [one for one in ax.containers if hasattr(one, "patches")]


def test_without_draws_there_is_no_interval() -> None:
    ax = plots.fit_bars(samples.ranking(0))
    assert len(_bar_groups(ax)) == len(ax.containers)


def test_the_index_goes_from_100_and_few_people_are_hatched() -> None:
    index = samples.index()
    ax = plots.tgi_bars(index)
    bars = ax.containers[0]
    assert [bar.get_x() + bar.get_width() for bar in bars] == pytest.approx(index.tgi.tolist())
    assert {bar.get_x() for bar in bars} == {100}
    assert [bool(bar.get_hatch()) for bar in bars] == index.small.tolist()
    assert [text.get_text() for text in ax.texts] == [f"{round(one)}" for one in index.tgi.tolist()]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "above the base",
        "below the base",
        "too few people",
    ]


def test_an_index_without_a_base_is_named_so() -> None:
    _, make = EXTREMES["no base"]
    assert plots.tgi_bars(*make()).texts[0].get_text() == "not defined"


# --- small parts ---------------------------------------------------------------------------------------------------


def test_long_names_are_cut_only_while_they_stay_different() -> None:
    alike = [f"{'x' * 40}{place}{'y' * 40}" for place in range(3)]
    assert _plots_ink.shortened(alike) == alike
    assert _plots_ink.shortened(["a" * 40, "b"]) == ["a" * 14 + "…" + "a" * 13, "b"]
    assert _plots_ink.shortened([]) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (12_345, "12.3k"),
        (2.5e6, "2.5M"),
        (1e9, "1B"),
        (3e12, "3T"),
        (2e15, "2.0e+15"),
        (0.25, "0.25"),
    ],
)
def test_numbers_are_written_briefly(value: float, text: str) -> None:
    assert _plots_ink.brief(value) == text
