"""Rules over facts: three-valued, with reasons, the same for one person and for columns."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from socialmkt.core.eligibility import Decision, Rule
from socialmkt.core.errors import AmbiguousTime, EmptyInput, InvalidInput
from socialmkt.core.model import canonical
from socialmkt.core.table import Table
from tests.refusals import refuses
from tests.strategies import COLUMN_KINDS

MARCH = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
bought, follows = Rule.fact("bought"), Rule.fact("follows")

FACTS: dict[str, st.SearchStrategy[Any]] = {
    "follows": st.booleans(),
    "blocked": st.booleans(),
    "orders": st.integers(-3, 3),
    "rating": st.sampled_from([-0.5, 0.0, 1.0, 1.5, 2.0]),
    "tier": st.sampled_from(["gold", "silver", ""]),
    "joined": st.sampled_from([MARCH + dt.timedelta(days=days) for days in (-1, 0, 1)]),
}
LEAVES: st.SearchStrategy[Rule] = st.one_of(
    st.builds(Rule.fact, st.sampled_from(["follows", "blocked"])),
    st.builds(Rule.equals, st.just("follows"), st.booleans()),
    st.builds(Rule.at_least, st.sampled_from(["orders", "rating"]), st.sampled_from([-1, 0, 1, 0.5])),
    st.builds(Rule.at_most, st.sampled_from(["orders", "rating"]), st.sampled_from([0, 1, 1.5])),
    st.builds(Rule.equals, st.sampled_from(["orders", "rating"]), st.sampled_from([0, 1, 1.5])),
    st.builds(Rule.one_of, st.sampled_from(["orders", "rating"]), st.sampled_from([[0, 1.5], [2], [-1, 0, 1]])),
    st.builds(Rule.equals, st.just("tier"), st.just("gold"), code=st.sampled_from([None, "vip"])),
    st.builds(Rule.one_of, st.just("tier"), st.just(["gold", "silver"])),
    st.builds(Rule.after, st.just("joined"), st.just(MARCH)),
    st.builds(Rule.before, st.just("joined"), st.just(MARCH)),
)


def _joined(rules: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    return st.one_of(
        st.builds(lambda a, b: a & b, rules, rules),
        st.builds(lambda a, b: a | b, rules, rules),
        rules.map(lambda r: ~r),
    )


rules = st.recursive(LEAVES, _joined, max_leaves=8)
people = st.fixed_dictionaries({name: st.none() | values for name, values in FACTS.items()})


def test_a_person_who_meets_everything_passes_without_reasons() -> None:
    decision = (bought & follows).decide({"bought": True, "follows": True, "shoe_size": 44})
    assert decision.ok
    assert decision.reasons == ()
    assert bool(decision)


@pytest.mark.parametrize(
    ("rule", "facts", "reason"),
    [
        (follows, {"follows": False}, "follows"),
        (Rule.at_least("orders", 1), {"orders": 0}, "orders_at_least_1"),
        (Rule.at_most("spam", 0), {"spam": 1}, "spam_at_most_0"),
        (Rule.at_least("rating", 4.5), {"rating": 4.25}, "rating_at_least_4.5"),
        (Rule.equals("tier", "gold"), {"tier": "silver"}, "tier_equals_gold"),
        (Rule.equals("vip", value=True), {"vip": False}, "vip_equals_true"),
        (Rule.equals("level", 3.0), {"level": 2}, "level_equals_3"),
        (Rule.one_of("city", ["Beijing"]), {"city": "Xi'an"}, "city_one_of"),
        (Rule.after("joined", MARCH), {"joined": MARCH}, "joined_after"),
        (Rule.before("joined", MARCH), {"joined": MARCH}, "joined_before"),
        (Rule.fact("follows", code="not_a_fan"), {"follows": False}, "not_a_fan"),
        (~follows, {"follows": True}, "not_follows"),
        (~Rule.equals("tier", "gold", code="vip"), {"tier": "gold"}, "not_vip"),
        (follows, {}, "missing_follows"),
        (~follows, {"follows": None}, "missing_follows"),
        (Rule.fact("follows", code="fan"), {}, "missing_follows"),
    ],
)
def test_a_reason_names_the_requirement_that_was_not_met(rule: Rule, facts: dict[str, Any], reason: str) -> None:
    assert rule.decide(facts) == Decision(ok=False, reasons=(reason,))
    assert reason in rule.codes


@pytest.mark.parametrize("unknown", [None, float("nan"), np.float32("nan"), np.datetime64("NaT", "us"), Decimal("NaN")])
def test_what_is_not_known_never_passes_nor_does_its_negation(unknown: object) -> None:
    for rule in (Rule.at_least("x", 0), Rule.fact("x"), Rule.after("x", MARCH), Rule.one_of("x", ["a"])):
        assert rule.decide({"x": unknown}).reasons == ("missing_x",)
        assert (~rule).decide({"x": unknown}).reasons == ("missing_x",)


def test_the_null_of_pandas_is_not_known() -> None:
    pd = pytest.importorskip("pandas")
    assert follows.decide({"follows": pd.NA}).reasons == ("missing_follows",)
    assert Rule.after("joined", MARCH).decide({"joined": pd.NaT}).reasons == ("missing_joined",)


def test_true_or_unknown_is_true_and_false_and_unknown_is_false() -> None:
    assert (bought | follows).decide({"bought": True}).ok
    assert (bought & follows).decide({"bought": False}).reasons == ("bought", "missing_follows")
    assert (bought | follows).decide({"bought": False}).reasons == ("bought", "missing_follows")


def test_each_reason_comes_once_and_in_rule_order() -> None:
    rule = Rule.fact("b", code="z") & Rule.fact("a") & Rule.fact("c", code="z")
    assert rule.decide({"a": False, "b": False, "c": False}).reasons == ("z", "a")
    assert rule.decide({"a": False, "b": True, "c": False}).reasons == ("a", "z")
    columns = {"a": [False, False], "b": [False, True], "c": [False, False]}
    assert rule.decide_columns(columns)[1].tolist() == ["z,a", "a,z"]


def test_a_part_that_holds_gives_no_reason() -> None:
    rule = (bought | follows) & Rule.fact("paid")
    assert rule.decide({"bought": False, "follows": True, "paid": False}).reasons == ("paid",)


def test_codes_and_facts_stand_in_rule_order_each_once() -> None:
    rule = follows & Rule.at_least("orders", 1) & ~Rule.at_least("orders", 9, code="whale") & follows
    assert rule.facts == ("follows", "orders")
    assert rule.codes == ("follows", "missing_follows", "orders_at_least_1", "missing_orders", "not_whale")


@given(rules, people)
def test_a_double_negation_is_the_rule_itself(rule: Rule, person: dict[str, Any]) -> None:
    assert ~~rule == rule
    assert (~~rule).decide(person) == rule.decide(person)


@given(rules, rules, people)
def test_de_morgan_holds_for_the_answer_and_the_reasons(a: Rule, b: Rule, person: dict[str, Any]) -> None:
    assert (~(a & b)).decide(person) == (~a | ~b).decide(person)
    assert (~(a | b)).decide(person) == (~a & ~b).decide(person)


@given(rules, rules, rules, people)
def test_and_and_or_are_associative_in_the_reasons(a: Rule, b: Rule, c: Rule, person: dict[str, Any]) -> None:
    assert ((a & b) & c).decide(person) == (a & (b & c)).decide(person)
    assert ((a | b) | c).decide(person) == (a | (b | c)).decide(person)


@given(rules, people)
def test_never_do_a_rule_and_its_negation_both_pass(rule: Rule, person: dict[str, Any]) -> None:
    assert not (rule.decide(person).ok and (~rule).decide(person).ok)
    if None not in person.values():
        assert rule.decide(person).ok != (~rule).decide(person).ok


@given(rules, people, people)
def test_more_knowledge_takes_no_reason_away_but_a_missing_one(rule: Rule, less: Any, more: Any) -> None:
    known = {name: more[name] if fact is None else fact for name, fact in less.items()}
    before, after = rule.decide(less), rule.decide(known)
    if not after.ok:
        assert {reason for reason in before.reasons if not reason.startswith("missing_")} <= set(after.reasons)
    if before.ok:
        assert after.ok


@given(rules, people)
def test_every_reason_is_among_the_codes(rule: Rule, person: dict[str, Any]) -> None:
    decision = rule.decide(person)
    assert set(decision.reasons) <= set(rule.codes)
    assert decision.ok == (decision.reasons == ())


@given(rules, st.lists(people, max_size=20))
def test_every_row_of_the_columns_is_decided_like_one_person(rule: Rule, table: list[dict[str, Any]]) -> None:
    columns = {name: [person[name] for person in table] for name in FACTS}
    mask, reasons = rule.decide_columns(columns)
    decisions = [rule.decide(person) for person in table]
    assert mask.dtype == np.bool_
    assert mask.tolist() == [decision.ok for decision in decisions]
    assert reasons.tolist() == [",".join(decision.reasons) for decision in decisions]


@given(rules)
def test_a_rule_goes_through_json_and_pickle(rule: Rule) -> None:
    again = Rule.model_validate_json(rule.model_dump_json())
    assert again == rule == pickle.loads(pickle.dumps(rule))
    assert hash(again) == hash(rule)
    assert again.codes == rule.codes
    assert canonical(again) == canonical(rule)
    assert Rule.model_validate(rule.model_dump()) == rule


class Offer(BaseModel):
    rule: Rule | None = None


def test_a_rule_is_stored_in_other_models() -> None:
    offer = Offer(rule=Rule.after("joined", MARCH.astimezone(ZoneInfo("Asia/Shanghai"))) & ~Rule.one_of("tier", ["a"]))
    assert Offer.model_validate_json(offer.model_dump_json()) == offer
    assert '"2026-03-01T00:00:00.000000Z"' in offer.model_dump_json()
    assert "$defs" in Offer.model_json_schema()


def test_stored_rules_still_load_and_give_the_same_bytes() -> None:
    stored = json.loads((Path(__file__).parents[1] / "vectors" / "core_rules.json").read_text("utf-8"))
    for case in stored["rules"]:
        rule = Rule.model_validate_json(json.dumps(case["rule"]))
        assert json.loads(canonical(rule)) == case["rule"]
        assert list(rule.codes) == case["codes"]
        for facts, reasons in case["decisions"]:
            assert list(rule.decide(facts).reasons) == reasons


def test_equal_rules_are_written_alike() -> None:
    assert Rule.one_of("city", ["b", "a", "b"]) == Rule.one_of("city", ("a", "b")) == Rule.one_of("city", {"a", "b"})
    assert Rule.at_least("orders", 1) == Rule.at_least("orders", 1.0) == Rule.at_least("orders", Decimal(1))
    assert Rule.at_least("orders", np.int64(1)) == Rule.at_least("orders", 1)
    assert Rule.all_of(bought, follows, bought) == Rule.all_of([bought, follows, bought]) == bought & follows & bought
    assert Rule.any_of(bought, follows) == bought | follows
    assert Rule.all_of(bought) == bought


@pytest.mark.parametrize("act", [bool, lambda rule: rule and rule, lambda rule: rule or rule, lambda rule: not rule])
def test_a_rule_is_neither_true_nor_false(act: Any) -> None:
    with pytest.raises(TypeError, match=r"use & \| ~"):
        act(bought)


@pytest.mark.parametrize("act", [lambda: bought & True, lambda: bought | "follows", lambda: 1 & bought])
def test_operators_with_a_foreign_type_are_type_errors(act: Any) -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        act()


@pytest.mark.parametrize(
    ("rule", "fact", "words"),
    [
        (Rule.fact("x"), "no", "x must be True or False, got 'no'"),
        (Rule.fact("x"), 1, "x must be True or False, got 1"),
        (Rule.equals("x", value=True), 1, "x must be True or False, got 1"),
        (Rule.at_least("x", 1), True, "x must be a finite number, got True"),
        (Rule.at_least("x", 1), "5", "x must be a finite number, got '5'"),
        (Rule.at_least("x", 1), float("inf"), "x must be a finite number, got inf"),
        (Rule.at_least("x", 1), np.timedelta64(5, "s"), "x must be a finite number"),
        (Rule.equals("x", 1), "1", "x must be a finite number, got '1'"),
        (Rule.equals("x", "1"), 1, "x must be text, got 1"),
        (Rule.after("x", MARCH), "2026-03-01", "x must be an aware datetime"),
    ],
)
def test_a_fact_of_the_wrong_sort_is_refused_by_name(rule: Rule, fact: object, words: str) -> None:
    with refuses(InvalidInput, match=f"Rule.decide: {words}"):
        rule.decide({"x": fact})
    with refuses(InvalidInput, match=r"Rule\.decide_columns: x must hold"):
        rule.decide_columns({"x": [fact]}) if fact != float("inf") else rule.decide_columns({"x": [True]})


def test_a_fact_is_read_even_where_the_answer_is_already_clear() -> None:
    with refuses(InvalidInput, match="follows must be True or False"):
        (bought & follows).decide({"bought": False, "follows": "no"})


def test_a_naive_time_is_refused() -> None:
    rule = Rule.after("joined", MARCH)
    with refuses(AmbiguousTime, match="joined must be an aware datetime or a datetime64, got naive 2026-03-02"):
        rule.decide({"joined": dt.datetime(2026, 3, 2)})
    with refuses(AmbiguousTime, match="joined must hold aware datetimes"):
        rule.decide_columns({"joined": [dt.datetime(2026, 3, 2)]})
    with refuses(AmbiguousTime, match=r"Rule\.after: joined must be an aware datetime"):
        Rule.after("joined", dt.datetime(2026, 3, 2))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Rule.at_least("x", float("nan")), "Rule.at_least: x must be compared with a finite number, got nan"),
        (lambda: Rule.at_most("x", float("inf")), "Rule.at_most: x must be a finite number, got inf"),
        (lambda: Rule.at_least("x", None), "x must be compared with a finite number, got None"),
        (lambda: Rule.at_least("x", True), "x must be a finite number, got True"),
        (lambda: Rule.at_least("x", "1"), "x must be a finite number, got '1'"),
        (lambda: Rule.at_least("x", 2**64), "x must be compared with a number that fits 64 bits"),
        (lambda: Rule.equals("x", [1]), r"x must be compared with text, a number, True or False, got \[1\]"),
        (lambda: Rule.equals("x", float("nan")), "x must be compared with a finite number, got nan"),
        (lambda: Rule.one_of("x", "gold"), "x must be compared with one or more texts"),
        (lambda: Rule.one_of("x", b"gold"), "x must be compared with one or more texts"),
        (lambda: Rule.one_of("x", []), "x must be compared with one or more texts"),
        (lambda: Rule.one_of("x", 3), "x must be compared with one or more texts"),
        (lambda: Rule.one_of("x", [1, "a"]), "x must be compared with one or more texts"),
        (lambda: Rule.one_of("x", [True]), "x must be compared with one or more texts"),
        (lambda: Rule.after("x", "2026-03-01"), "x must be an aware datetime"),
        (lambda: Rule.fact(""), "Rule.fact: name must be text that is not empty"),
        (lambda: Rule.fact("a,b"), "name must be text that is not empty, without commas"),
        (lambda: Rule.fact(3), "name must be text"),
        (lambda: Rule.fact("a", code="b\n"), "code must be text"),
        (lambda: Rule.all_of(bought, "follows"), "Rule.all_of: rules must be rules, got 'follows'"),
        (lambda: bought.decide([True]), "Rule.decide: facts must be a mapping of names to values"),
        (lambda: bought.decide_columns([True]), "Rule.decide_columns: columns must be a mapping"),
    ],
)
def test_what_makes_no_rule_is_refused(make: Any, words: str) -> None:
    with refuses(InvalidInput, match=words):
        make()


@pytest.mark.parametrize("join", [Rule.all_of, Rule.any_of])
def test_no_rules_to_join_is_refused(join: Any) -> None:
    for nothing in ((), ([],)):
        with refuses(EmptyInput, match="rules must hold at least one rule"):
            join(*nothing)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "fact"},
        {"kind": "fact", "name": "x", "value": 1},
        {"kind": "fact", "name": "x", "rules": [{"kind": "fact", "name": "y"}]},
        {"kind": "at_least", "name": "x"},
        {"kind": "at_least", "name": "x", "value": "1"},
        {"kind": "at_least", "value": 1},
        {"kind": "after", "name": "x"},
        {"kind": "after", "name": "x", "value": 1},
        {"kind": "all_of"},
        {"kind": "all_of", "negated": True, "rules": [{"kind": "fact", "name": "y"}]},
        {"kind": "none_of", "rules": [{"kind": "fact", "name": "y"}]},
        {"kind": "fact", "name": "x", "colour": "red"},
        {"kind": "fact", "name": "a,b"},
    ],
)
def test_stored_fields_that_make_no_rule_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate(fields)
    with pytest.raises(ValidationError):
        Rule.model_validate_json(json.dumps(fields))


@pytest.mark.parametrize("make", COLUMN_KINDS)
def test_every_kind_of_column_gives_the_same_answer(make: Any) -> None:
    rule = Rule.fact("follows") & Rule.at_least("orders", 2) & Rule.one_of("tier", ["gold", "platinum"])
    columns = {"follows": make([True, True, False]), "orders": make([2, 1, 5]), "tier": make(["gold", "gold", "tin"])}
    mask, reasons = rule.decide_columns(columns)
    assert mask.tolist() == [True, False, False]
    assert reasons.tolist() == ["", "orders_at_least_2", "follows,tier_one_of"]


@pytest.mark.parametrize("bound", [2**53 + 1, -(2**53) - 1, 0, 0.5, -0.5, 2**63, -(2**63), 1.5])
def test_numbers_are_compared_exactly_in_columns_of_every_type(bound: float) -> None:
    whole = [2**53, 2**53 + 1, 2**53 + 2, -(2**53) - 1, -(2**53), 0, 1, 2**63 - 1, -(2**63)]
    unsigned = [0, 1, 2**53 + 1, 2**63, 2**64 - 1]
    floats = [0.5, 0.0, -0.5, 1.5, float(2**53), 2.0**63, -(2.0**63), 1e300]
    every = (Rule.at_least("x", bound), Rule.at_most("x", bound), Rule.equals("x", bound), Rule.one_of("x", [bound, 1]))
    for rule in every:
        for values in (whole, unsigned, floats, [Decimal("0.5"), Decimal(1), 2.5]):
            expected = [rule.decide({"x": value}).ok for value in values]
            assert rule.decide_columns({"x": values})[0].tolist() == expected
            assert rule.decide_columns({"x": np.array(values)})[0].tolist() == expected
    assert [value >= bound for value in whole] == every[0].decide_columns({"x": whole})[0].tolist()


@pytest.mark.parametrize("count", [2, 16, 17, 200])
@pytest.mark.parametrize("dtype", [np.str_, object])
def test_a_long_list_of_choices_is_searched_like_a_short_one(count: int, dtype: Any) -> None:
    cities = [f"c{number}" for number in range(count)]
    column = np.array([f"c{number}" for number in range(0, 400, 3)], dtype=dtype)
    mask, _ = Rule.one_of("city", cities).decide_columns({"city": column})
    assert mask.tolist() == [city in cities for city in column.tolist()]


def test_more_causes_than_a_word_has_bits_are_told_apart() -> None:
    rule = Rule.all_of([Rule.fact(f"f{number}") for number in range(100)])
    rng = np.random.default_rng(5)
    table = [{f"f{number}": [True, False, None][rng.integers(3)] for number in range(100)} for _ in range(40)]
    columns = {name: [person[name] for person in table] for name in rule.facts}
    assert rule.decide_columns(columns)[1].tolist() == [",".join(rule.decide(person).reasons) for person in table]


def test_times_of_every_kind_are_instants() -> None:
    rule = Rule.after("joined", np.datetime64("2026-03-01"))
    assert rule == Rule.after("joined", MARCH)
    for fact in (MARCH + dt.timedelta(seconds=1), dt.date(2026, 3, 2), np.datetime64("2026-03-01T00:00:01")):
        assert rule.decide({"joined": fact}).ok
        assert rule.decide_columns({"joined": [fact]})[0].tolist() == [True]


def test_text_enums_and_numpy_scalars_are_plain_facts() -> None:
    class Tier(StrEnum):
        gold = "gold"

    assert Rule.equals("tier", Tier.gold) == Rule.equals("tier", "gold")
    assert Rule.equals("tier", "gold").decide({"tier": Tier.gold}).ok
    assert Rule.at_least("orders", 2).decide({"orders": np.int8(2)}).ok
    assert Rule.at_least("rating", 0.5).decide({"rating": Decimal("0.5")}).ok
    assert follows.decide({"follows": np.True_}).ok


def test_columns_that_no_fact_needs_are_ignored() -> None:
    mask, reasons = follows.decide_columns({"follows": [True], "shoe_size": [44, 45]})
    assert (mask.tolist(), reasons.tolist()) == ([True], [""])


def test_no_rows_give_no_answers() -> None:
    rule = follows & Rule.at_least("orders", 1) & Rule.equals("tier", "gold") & Rule.after("joined", MARCH)
    mask, reasons = rule.decide_columns({name: [] for name in rule.facts})
    assert (mask.dtype, mask.tolist(), reasons.tolist()) == (np.bool_, [], [])


def test_columns_of_nulls_alone_are_unknown() -> None:
    rule = follows & Rule.at_least("orders", 1) & Rule.equals("tier", "gold") & Rule.after("joined", MARCH)
    _, reasons = rule.decide_columns({name: [None, None] for name in rule.facts})
    assert reasons.tolist() == ["missing_follows,missing_orders,missing_tier,missing_joined"] * 2


def test_a_fact_without_a_column_is_refused() -> None:
    with refuses(InvalidInput, match="columns must hold every fact of the rule, here 'follows', got bought"):
        (bought & follows).decide_columns({"bought": [True]})
    with refuses(InvalidInput, match="got no column"):
        follows.decide_columns({})


def test_columns_of_unequal_length_are_refused_with_their_lengths() -> None:
    with refuses(InvalidInput, match="be equally long, got bought of 1 rows, follows of 2 rows"):
        (bought & follows).decide_columns({"bought": [True], "follows": [True, False]})


@pytest.mark.parametrize("rule", [Rule.one_of("tier", [str(i) for i in range(20)]), ~Rule.one_of("tier", list("abc"))])
def test_choices_are_searched_among_the_known_rows_alone(rule: Rule) -> None:
    column = ["3", None, "x", "a"]
    mask, reasons = rule.decide_columns({"tier": column})
    one_by_one = [rule.decide({"tier": value}) for value in column]
    assert mask.tolist() == [one.ok for one in one_by_one]
    assert reasons.tolist() == [",".join(one.reasons) for one in one_by_one]


@pytest.mark.parametrize("make", [list, lambda items: np.array(items, dtype=object)])
@pytest.mark.parametrize(
    "rule",
    [
        Rule.at_least("orders", 2**53 + 1),
        Rule.at_most("orders", 2**53),
        ~Rule.equals("orders", 2**53 + 1),
        Rule.one_of("orders", [0.5, *range(2**53 + 1, 2**53 + 40, 2)]),
    ],
)
def test_a_mix_of_ints_and_floats_is_compared_as_exactly_as_each(rule: Rule, make: Any) -> None:
    column = [2**53, 2**53 + 1, 0.5, None, float(2**53), np.int64(2**53 + 3), Decimal("0.5"), 10**30, 10**400]
    mask, reasons = rule.decide_columns({"orders": make(column)})
    one_by_one = [rule.decide({"orders": value}) for value in column]
    assert mask.tolist() == [one.ok for one in one_by_one]
    assert reasons.tolist() == [",".join(one.reasons) for one in one_by_one]


def test_a_mix_names_the_row_of_what_is_no_number() -> None:
    with refuses(InvalidInput, match=r"orders must hold finite numbers, got '7' at row 2 \(1 such rows of 4\)"):
        Rule.at_least("orders", 1).decide_columns({"orders": [1, None, "7", 0.5]})


@pytest.mark.parametrize("record", [("follows", "13800000000"), ["13800000000"], "13800000000"])
def test_a_persons_record_is_not_shown(record: Any) -> None:
    with refuses(InvalidInput, match=r"facts must be a mapping .*Pass \{name: value\}") as caught:
        follows.decide(record)
    assert "138" not in str(caught.value)


def test_a_frame_of_columns_is_not_shown() -> None:
    frame = Table.of({"follows": [True], "phone": ["13800000000"]})
    with refuses(InvalidInput, match=r"columns must be a mapping .* got a Table\. Pass \{name: column\}\.") as caught:
        follows.decide_columns(frame)  # type: ignore[arg-type]  # what the law is about
    assert "138" not in str(caught.value)
