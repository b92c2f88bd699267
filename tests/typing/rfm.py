"""What type checkers see of `rfm`."""

from datetime import date
from typing import assert_type

import socialmkt as sm

summary = sm.rfm.summarize(["ann", "bo"], [date(2026, 3, 1), date(2026, 3, 2)], [500, 700])
assert_type(summary, sm.rfm.CustomerSummary)
assert_type(summary.head(1), sm.rfm.CustomerSummary)
assert_type(summary.btyd(), sm.Table)

cuts = sm.rfm.fit_cuts(summary)
scores = sm.rfm.score(summary, cuts=cuts)
assert_type(cuts, sm.rfm.Cuts)
assert_type(scores, sm.rfm.Scores)

segments = sm.rfm.segment(scores, map=sm.rfm.TEN)
assert_type(segments, sm.rfm.Segments)
assert_type(sm.rfm.profile(segments, summary), sm.Table)
assert_type(sm.rfm.migrate(segments, segments), sm.rfm.Migration)
assert_type(sm.rfm.label("champions", lang="zh"), str)

state = sm.rfm.PurchaseState.from_columns(["ann"], [date(2026, 3, 1)])
assert_type(state.merge(state), sm.rfm.PurchaseState)
assert_type(state.summarize(), sm.rfm.CustomerSummary)
