"""Who may take part: rules over facts about a person, and the reasons why somebody may not.

A rule is data, not code: it is stored in a campaign or a policy, goes through JSON, and answers in the same way for
one person and for a column of a million. What is not known about a person never makes them eligible.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from socialmkt.core import _facts, _rule_masks
from socialmkt.core._rule_fields import RuleFields
from socialmkt.core.model import Frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from socialmkt.core.columns import Column

__all__ = ["Decision", "Rule"]


class Decision(Frozen):
    """Whether a person passes a rule, and which requirements they do not meet.

    Parameters
    ----------
    ok : bool
        True where the rule holds. `bool(decision)` says the same.
    reasons : tuple of str
        The requirements that were not met, in rule order, each once; empty where the rule holds.

    Examples
    --------
    >>> decision = Rule.fact("follows").decide({"follows": False})
    >>> bool(decision), decision.reasons
    (False, ('follows',))
    """

    ok: bool
    reasons: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.ok


class Rule(RuleFields):
    """A requirement on the facts about a person, or several joined by `&`, `|` and `~`.

    Make one with `Rule.fact`, `Rule.at_least`, `Rule.at_most`, `Rule.equals`, `Rule.one_of`, `Rule.after`,
    `Rule.before`; join them with the operators, or with `Rule.all_of` and `Rule.any_of`. The fields `kind`, `name`,
    `value`, `instant`, `code`, `negated` and `rules` are what is stored in JSON.

    Notes
    -----
    A fact that is absent or null is unknown, and passes no requirement, not even a negated one. A reason is the code
    of a requirement (`follows`, `orders_at_least_1`, `tier_equals_gold`, `city_one_of`, `joined_after`, or the given
    `code`), `not_<code>` of a negated one, or `missing_<fact>`. A part of the rule that holds gives no reasons; within
    one that does not, every part that does not hold gives its own.

    Negation is stored at the single requirements: `~(a & b)` equals `~a | ~b`, and `~~a` equals `a`. `bool(rule)` is
    refused, and with it `and`, `or` and `not`: `a and b` would silently be `b`.

    Examples
    --------
    >>> rule = Rule.fact("bought") & (Rule.fact("follows") | Rule.at_least("shares", 3))
    >>> rule.decide({"bought": True, "follows": False}).reasons
    ('follows', 'missing_shares')
    >>> (~Rule.fact("blocked")).decide({}).reasons
    ('missing_blocked',)
    >>> Rule.model_validate_json(rule.model_dump_json()) == rule
    True
    """

    rules: tuple[Rule, ...] = ()  # pyright: ignore[reportIncompatibleVariableOverride]  # frozen: never set to less

    @classmethod
    def fact(cls, name: str, *, code: str | None = None) -> Rule:
        """Require that a flag is true.

        Parameters
        ----------
        name : str
            The fact, a bool.
        code : str, optional
            The reason to give where it is not; `<name>` if left out.

        Returns
        -------
        Rule
            A single requirement.

        Raises
        ------
        InvalidInput
            A name or code that is empty, or holds a comma or control characters.

        Examples
        --------
        >>> Rule.fact("follows").decide({"follows": True}).ok
        True
        """
        return cls._leaf("fact", name, code)

    @classmethod
    def at_least(cls, name: str, value: float, *, code: str | None = None) -> Rule:
        """Require that a number is not below a bound.

        Parameters
        ----------
        name : str
            The fact, a number.
        value : int, float or Decimal
            The bound, which itself passes.
        code : str, optional
            The reason to give where it is not met; `<name>_at_least_<value>` if left out.

        Returns
        -------
        Rule
            A single requirement.

        Raises
        ------
        InvalidInput
            A bound that is no finite number, or a name or code that is no plain text.

        Examples
        --------
        >>> Rule.at_least("orders", 1).decide({"orders": 0}).reasons
        ('orders_at_least_1',)
        """
        return cls._leaf("at_least", name, code, value)

    @classmethod
    def at_most(cls, name: str, value: float, *, code: str | None = None) -> Rule:
        """Require that a number is not above a bound.

        Parameters
        ----------
        name : str
            The fact, a number.
        value : int, float or Decimal
            The bound, which itself passes.
        code : str, optional
            The reason to give where it is not met; `<name>_at_most_<value>` if left out.

        Returns
        -------
        Rule
            A single requirement.

        Raises
        ------
        InvalidInput
            A bound that is no finite number, or a name or code that is no plain text.

        Examples
        --------
        >>> Rule.at_most("spam", 0).decide({"spam": 2}).reasons
        ('spam_at_most_0',)
        """
        return cls._leaf("at_most", name, code, value)

    @classmethod
    def equals(cls, name: str, value: str | float, *, code: str | None = None) -> Rule:
        """Require that a fact has one value.

        Parameters
        ----------
        name : str
            The fact, of the sort of `value`.
        value : str, number or bool
            The one value that passes.
        code : str, optional
            The reason to give where it is not met; `<name>_equals_<value>` if left out.

        Returns
        -------
        Rule
            A single requirement.

        Raises
        ------
        InvalidInput
            A value that is neither text nor a finite number nor a bool, or a name or code that is no plain text.

        Examples
        --------
        >>> Rule.equals("tier", "gold").decide({"tier": "silver"}).reasons
        ('tier_equals_gold',)
        """
        return cls._leaf("equals", name, code, value)

    @classmethod
    def one_of(cls, name: str, values: Iterable[float | str], *, code: str | None = None) -> Rule:
        """Require that a fact is one of several values.

        Parameters
        ----------
        name : str
            The fact, of the sort of `values`.
        values : iterable of str, or of numbers
            The values that pass, at least one. Their order and repeats do not matter.
        code : str, optional
            The reason to give where it is not met; `<name>_one_of` if left out.

        Returns
        -------
        Rule
            A single requirement.

        Raises
        ------
        InvalidInput
            No values, one text in place of a list, values of two sorts, or a name or code that is no plain text.

        Examples
        --------
        >>> Rule.one_of("city", ["Beijing", "Shanghai"]).decide({"city": "Xi'an"}).reasons
        ('city_one_of',)
        """
        return cls._leaf("one_of", name, code, values)

    @classmethod
    def after(cls, name: str, instant: Any, *, code: str | None = None) -> Rule:
        """Require that something happened after a moment.

        Parameters
        ----------
        name : str
            The fact, an instant.
        instant : aware datetime or datetime64
            The moment, which itself does not pass.
        code : str, optional
            The reason to give where it is not met; `<name>_after` if left out.

        Returns
        -------
        Rule
            A single requirement.

        Raises
        ------
        AmbiguousTime, InvalidInput
            A datetime without a zone; no instant at all, or a name or code that is no plain text.

        Examples
        --------
        >>> from datetime import UTC, datetime
        >>> Rule.after("joined", datetime(2026, 3, 1, tzinfo=UTC)).decide({"joined": datetime(2026, 2, 1, tzinfo=UTC)})
        Decision(ok=False, reasons=('joined_after',))
        """
        return cls._leaf("after", name, code, instant=instant)

    @classmethod
    def before(cls, name: str, instant: Any, *, code: str | None = None) -> Rule:
        """Require that something happened before a moment.

        Parameters
        ----------
        name : str
            The fact, an instant.
        instant : aware datetime or datetime64
            The moment, which itself does not pass.
        code : str, optional
            The reason to give where it is not met; `<name>_before` if left out.

        Returns
        -------
        Rule
            A single requirement.

        Raises
        ------
        AmbiguousTime, InvalidInput
            A datetime without a zone; no instant at all, or a name or code that is no plain text.

        Examples
        --------
        >>> from datetime import UTC, datetime
        >>> Rule.before("joined", datetime(2026, 3, 1, tzinfo=UTC)).decide({"joined": datetime(2026, 2, 1, tzinfo=UTC)})
        Decision(ok=True, reasons=())
        """
        return cls._leaf("before", name, code, instant=instant)

    @classmethod
    def all_of(cls, *rules: Rule | Sequence[Rule]) -> Rule:
        """Require every one of some rules, as `&` does.

        Parameters
        ----------
        *rules : Rule, or one list of them
            At least one.

        Returns
        -------
        Rule
            The rules joined; one alone comes back as it is.

        Raises
        ------
        EmptyInput
            No rules.
        InvalidInput
            Something that is no Rule.

        Examples
        --------
        >>> bought, follows = Rule.fact("bought"), Rule.fact("follows")
        >>> Rule.all_of(bought, follows) == Rule.all_of([bought, follows]) == bought & follows
        True
        """
        return cls._join("all_of", rules)

    @classmethod
    def any_of(cls, *rules: Rule | Sequence[Rule]) -> Rule:
        """Require at least one of some rules, as `|` does.

        Parameters
        ----------
        *rules : Rule, or one list of them
            At least one.

        Returns
        -------
        Rule
            The rules joined; one alone comes back as it is.

        Raises
        ------
        EmptyInput
            No rules.
        InvalidInput
            Something that is no Rule.

        Examples
        --------
        >>> bought, follows = Rule.fact("bought"), Rule.fact("follows")
        >>> Rule.any_of(bought, follows) == Rule.any_of([bought, follows]) == bought | follows
        True
        """
        return cls._join("any_of", rules)

    def decide(self, facts: Mapping[str, Any]) -> Decision:
        """Say whether one person passes, and if not, why.

        Parameters
        ----------
        facts : mapping of name to value
            What is known about the person. None, NaN and NaT mean "not known"; facts the rule does not name are
            ignored.

        Returns
        -------
        Decision
            `ok`, and the `reasons` where it is False.

        Raises
        ------
        InvalidInput
            A fact of the wrong sort: text or ints for a flag, a bool or text for a number; the error names it.
        AmbiguousTime
            A datetime without a zone.

        Notes
        -----
        Every fact that the rule names is read, needed or not. O(k) for k requirements.

        Examples
        --------
        >>> rule = Rule.fact("follows") & Rule.at_least("orders", 1)
        >>> rule.decide({"follows": False, "orders": None})
        Decision(ok=False, reasons=('follows', 'missing_orders'))
        """
        _facts.require_mapping(facts, "Rule.decide", "facts", "value")
        reasons = dict.fromkeys(_facts.unmet(self._plan, facts, "Rule.decide"))
        return Decision(ok=not reasons, reasons=tuple(reasons))

    def decide_columns(self, columns: Mapping[str, Column]) -> tuple[NDArray[np.bool_], NDArray[np.object_]]:
        """Say for every row of some columns whether the person passes, and if not, why.

        Parameters
        ----------
        columns : mapping of name to column of shape (n,)
            A column for each fact of the rule, all equally long; a null means "not known". Other columns are ignored.

        Returns
        -------
        mask : bool array of shape (n,)
            Where the rule holds.
        reasons : object array of str, of shape (n,)
            The reasons of each row joined by commas; `""` where the rule holds.

        Raises
        ------
        InvalidInput
            A fact without a column, columns of unequal length, or a column of the wrong sort; the error names it.

        Notes
        -----
        Row i equals `decide` of the facts in row i. O(n k) for k requirements, plus one sort of the rows that fail.

        Examples
        --------
        >>> rule = Rule.fact("follows") & Rule.at_least("orders", 1)
        >>> mask, reasons = rule.decide_columns({"follows": [True, False, None], "orders": [2, 0, 3]})
        >>> mask
        array([ True, False, False])
        >>> reasons.tolist()
        ['', 'follows,orders_at_least_1', 'missing_follows']
        """
        _facts.require_mapping(columns, "Rule.decide_columns", "columns", "column")
        return _rule_masks.decide_columns(self._plan, columns)

    @property
    def codes(self) -> tuple[str, ...]:
        """List every reason the rule can give.

        Returns
        -------
        tuple of str
            In rule order, each once.

        Examples
        --------
        >>> (Rule.fact("follows") & ~Rule.fact("blocked")).codes
        ('follows', 'missing_follows', 'not_blocked', 'missing_blocked')
        """
        return tuple(dict.fromkeys(code for leaf in _facts.leaves(self._plan) for code in (leaf.failed, leaf.missing)))

    @property
    def facts(self) -> tuple[str, ...]:
        """List the facts that the rule needs.

        Returns
        -------
        tuple of str
            Their names in rule order, each once.

        Examples
        --------
        >>> (Rule.at_least("orders", 1) & Rule.at_most("orders", 9) & Rule.fact("follows")).facts
        ('orders', 'follows')
        """
        return tuple(dict.fromkeys(leaf.name for leaf in _facts.leaves(self._plan)))
