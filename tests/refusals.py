"""One way to test a refusal: its kind, its words and its form."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from socialmkt.core.errors import SocialmktError

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORM = re.compile(r"^([\w.]+(\.\w+)*: )?\S.* must .+, got .+\.( .+[.?])?$", re.DOTALL)


@contextmanager
def refuses(kind: type[SocialmktError], match: str) -> Iterator[pytest.ExceptionInfo[SocialmktError]]:
    """Expect an error of exactly this kind whose text matches `match` and has the one sentence form."""
    with pytest.raises(SocialmktError, match=match) as caught:
        yield caught
    text = str(caught.value)
    assert type(caught.value) is kind, f"expected {kind.__name__}, got {type(caught.value).__name__}: {text}"
    assert _FORM.match(text), f"not in the one sentence form: {text}"
    assert caught.value.function, f"names no function: {text}"
    assert text.startswith(f"{caught.value.function}: {caught.value.parameter} must "), text
