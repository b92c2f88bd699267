"""One way to test a refusal: its kind, its words and its form."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from traceback import walk_tb
from typing import TYPE_CHECKING

import pytest

from socialmkt.core.errors import SocialmktError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

_FORM = re.compile(r"^([\w.]+(\.\w+)*: )?\S.* must [a-z]+[ ,].+, got .+\.( .+[.?])?$", re.DOTALL)
_SMALL_FIX = re.compile(r", got .*(?<!\.)\. [a-z]+ ", re.DOTALL)


@contextmanager
def refuses(kind: type[SocialmktError], match: str) -> Iterator[pytest.ExceptionInfo[SocialmktError]]:
    """Expect an error of exactly this kind whose text matches `match`, has the one form and names who refused."""
    with pytest.raises(SocialmktError, match=match) as caught:
        yield caught
    text = str(caught.value)
    assert type(caught.value) is kind, f"expected {kind.__name__}, got {type(caught.value).__name__}: {text}"
    assert _FORM.match(text), f"not in the one sentence form: {text}"
    assert not _SMALL_FIX.search(text), f"what to do is not a sentence: {text}"
    assert _names_who_was_called(caught.value.function, caught.tb), f"names no function that was called: {text}"
    assert text.startswith(f"{caught.value.function}: {caught.value.parameter} must "), text


def _names_who_was_called(function: str, trace: TracebackType) -> bool:
    """Tell whether a function names what the test called, or a step on the way; a reader of columns says who asks."""
    every = [frame for frame, _ in walk_tb(trace) if frame.f_globals.get("__name__", "").startswith("socialmkt")]
    if not every or function in [every[0].f_locals.get(asks) for asks in ("func", "function")]:
        return bool(function)  # the test raises the error itself, or says who asks
    owner, _, name = function.partition(".")
    modules = [module for place, module in sys.modules.items() if place.startswith("socialmkt")]
    if classes := [found for module in modules if isinstance(found := vars(module).get(owner), type)]:
        return not name or any(hasattr(each, name) for each in classes)
    named = [module for module in modules if module.__name__.rpartition(".")[2] == owner]
    steps = {frame.f_code.co_name for frame in (every[:1] if owner == "columns" else every)}
    private = every[0].f_code.co_name.startswith("_")  # the test calls the kernel itself
    return (private or name in steps) and any(hasattr(module, name) for module in named)
