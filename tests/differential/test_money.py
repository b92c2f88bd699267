"""The table of currencies against those of two packages."""

from __future__ import annotations

import pytest

from socialmkt.core._iso4217 import EXPONENTS

pytestmark = pytest.mark.differential


def test_the_table_is_that_of_the_published_list() -> None:
    iso4217 = pytest.importorskip("iso4217")
    assert {currency.code: currency.exponent for currency in iso4217.Currency} == dict(EXPONENTS)
    assert len(EXPONENTS) == 178


def test_moneyed_agrees_on_every_shared_code_that_has_minor_units() -> None:
    moneyed = pytest.importorskip("moneyed")
    theirs = {code: len(str(currency.sub_unit)) - 1 for code, currency in moneyed.CURRENCIES.items()}
    shared = [code for code, exponent in EXPONENTS.items() if exponent is not None and code in theirs]
    assert len(shared) > 140
    assert {code: theirs[code] for code in shared} == {code: EXPONENTS[code] for code in shared}
    assert {"XAD", "XCG", "ZWG"} <= EXPONENTS.keys() - theirs.keys()
