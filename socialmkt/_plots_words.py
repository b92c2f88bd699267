"""What the plots say on their axes and in their legends, in Chinese and in English."""

from __future__ import annotations

from socialmkt.core.labels import Code


class Word(Code):
    """A piece of text on a plot; braces hold the place of a figure or a name."""

    nothing = "nothing", "没有数据", "Nothing to show"
    hatched_nobody = "hatched_nobody", "斜线：没有客户", "hatched: no customers"
    customers = "customers", "客户数（人）", "Customers (number)"
    recency = "recency", "最近消费等级 R（{bins} 为最近）", "Recency level ({bins} is the most recent)"
    frequency = "frequency", "消费频次等级 F（{bins} 为最多）", "Frequency level ({bins} is the most often)"
    money = "money", "平均消费金额等级 M（1 至 {bins}）", "Mean money level (1 to {bins})"

    share = "share", "占比（%）", "Share of all (%)"
    of_customers = "of_customers", "客户占比", "of customers"
    of_revenue = "of_revenue", "销售额占比", "of revenue"

    before = "before", "之前的分群", "Segment before"
    after = "after", "之后的分群", "Segment after"
    row_share = "row_share", "占该行客户（%）", "Share of the row's customers (%)"
    entered = "entered", "新进入", "Entered"
    left = "left", "已离开", "Left"
    row_share_note = (
        "row_share_note",
        "单元格：该行占比与人数；浅色：无人；斜线：该行没有客户",
        "cells: share of the row, customers; pale: none; hatched: empty row",
    )

    quantity = "quantity", "数量（件）", "Quantity (units)"
    unit_price = "unit_price", "单价（{currency}）", "Unit price ({currency})"
    package_price = (
        "package_price",
        "每包（{units} 件）价格（{currency}）",
        "Price of a package of {units} ({currency})",
    )
    total = "total", "总价（{currency}）", "Total ({currency})"
    dominated = "dominated", "买更多反而更便宜", "buying more costs less"

    time = "time", "时间（UTC）", "Time (UTC)"
    buyers = "buyers", "参团人数（人）", "Buyers (number)"
    units = "units", "参团件数（件）", "Units (number)"
    tier_line = "tier_line", "满 {count}：{price}", "from {count}: {price}"
    closes = "closes", "截止", "closes"
    cancelled = "cancelled", "取消", "cancelled"

    chance = "chance", "每个报名的中奖概率（对数坐标）", "Chance of one entry (probability, log scale)"
    one_in = "one_in", "{n} 分之一", "1 in {n}"
    certain = "certain", "必中", "certain"
    never = "never", "不可能", "never"
    weight = "weight", "{prize} · 权重 {weight}", "{prize} · weight {weight}"
    weights_shown = (
        "weights_shown",
        "显示 {all} 个权重中的 {shown} 个",
        "{shown} of {all} weights shown",
    )

    monday = "monday", "周一", "Mon"
    tuesday = "tuesday", "周二", "Tue"
    wednesday = "wednesday", "周三", "Wed"
    thursday = "thursday", "周四", "Thu"
    friday = "friday", "周五", "Fri"
    saturday = "saturday", "周六", "Sat"
    sunday = "sunday", "周日", "Sun"
    hour = "hour", "到达时刻（时，{tz}）", "Hour of arrival (h, {tz})"
    weekday = "weekday", "星期", "Day of arrival (weekday)"
    share_met = "share_met", "达标率（%）", "Share met (%)"
    few_mentions = (
        "few_mentions",
        "灰色：已判定少于 {few} 条；斜线：没有",
        "grey: fewer than {few} mentions; hatched: none decided",
    )

    waited = "waited", "等待时间（{unit}）", "Time waited ({unit})"
    waited_log = "waited_log", "等待时间（对数坐标）", "Time waited (log scale)"
    second = "second", "{n} 秒", "{n} s"
    minute = "minute", "{n} 分", "{n} min"
    an_hour = "an_hour", "{n} 时", "{n} h"
    day = "day", "{n} 天", "{n} d"
    seconds = "seconds", "秒", "seconds"
    minutes = "minutes", "分钟", "minutes"
    hours = "hours", "小时", "hours"
    days = "days", "天", "days"
    unanswered = "unanswered", "仍未回复的占比（%）", "Share still unanswered (%)"
    estimate = "estimate", "Kaplan-Meier 估计", "Kaplan-Meier estimate"
    band = "band", "置信区间", "confidence band"
    objective = "objective", "目标允许：{share} %", "allowed by the objective: {share} %"
    nothing_answered = "nothing_answered", "没有任何回复", "Nothing has been answered"

    sizes_on_diagonal = "sizes_on_diagonal", "对角线：各人群人数", "diagonal: people in each"
    audience = "audience", "人群", "Audience"
    in_both = "count", "共同人数（人）", "In both (people)"
    jaccard = "jaccard", "Jaccard 系数（0 至 1）", "Jaccard index (0 to 1)"
    dice = "dice", "Dice 系数（0 至 1）", "Dice index (0 to 1)"
    cosine = "cosine", "余弦系数（0 至 1）", "Cosine index (0 to 1)"
    overlap_coefficient = "overlap_coefficient", "重叠系数（0 至 1）", "Overlap coefficient (0 to 1)"
    a_in_b = "a_in_b", "行人群在列人群中的占比（0 至 1）", "Share of the row in the column (0 to 1)"
    b_in_a = "b_in_a", "列人群在行人群中的占比（0 至 1）", "Share of the column in the row (0 to 1)"
    kulczynski = "kulczynski", "Kulczynski 系数（0 至 1）", "Kulczynski index (0 to 1)"
    lift = "lift", "提升度（1 为独立）", "Lift (1 is independence)"
    phi = "phi", "Phi 系数（-1 至 1）", "Phi (-1 to 1)"

    exactly = "exactly", "恰在这些人群中（人）", "Exactly these (people)"
    size = "size", "规模（人）", "Size (people)"
    others = "others", "另有 {patterns} 种组合，共 {people} 人", "{patterns} more combinations: {people} people"

    points = "points", "得分与各项指标（0 至 100）", "Score and components (0 to 100)"
    score = "score", "得分", "score"
    match = "match", "匹配度", "match"
    affinity = "affinity", "亲和度", "affinity"
    coverage = "coverage", "覆盖率", "coverage"

    target_index = "index", "TGI 指数（总体 = 100）", "Target-group index (base = 100)"
    above = "above", "高于总体", "above the base"
    below = "below", "低于总体", "below the base"
    small = "small", "样本过少", "too few people"
    undefined = "undefined", "无定义", "not defined"
