"""Every public function, class, method and property says what a reader needs, in one form."""

from __future__ import annotations

import importlib
import inspect
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.test_architecture import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Iterator

SECTION = re.compile(r"^(\w[\w ]*)\n-+$", flags=re.MULTILINE)
ORDER = ["Parameters", "Attributes", "Returns", "Yields", "Raises", "See Also", "Notes", "References", "Examples"]
NAMES = r"\*{0,2}\w+(?:, \*{0,2}\w+)*"
ENTRY = re.compile(rf"^({NAMES})(?: : \S.*|(?=\n    As in `))", flags=re.MULTILINE)

INNER = {
    "groupbuy.Market": "what a ladder was designed for, kept with the design; its methods serve the search",
    "coupons.EventLog": "a sequence of events; its own methods serve the ledger",
}
"""Public classes whose methods are not for users, and why."""


def _sections(text: str) -> dict[str, str]:
    """Split a docstring at its underlined headings; what stands above the first is the summary."""
    parts = SECTION.split(text)
    return dict(zip(["", *parts[1::2]], parts[::2], strict=True))


def _members(owner: type) -> Iterator[tuple[str, Any]]:
    """Give the methods and properties that a class has of itself or of a private base."""
    for base in owner.__mro__:
        if base is owner or (base.__module__.startswith("socialmkt.") and "._" in base.__module__):
            for name, member in vars(base).items():
                if not name.startswith("_") and (_is_property(member) or _is_own_routine(member)):
                    yield name, member


def _is_property(member: Any) -> bool:
    return isinstance(member, (property, cached_property))


def _is_own_routine(member: Any) -> bool:
    """Tell a method that is written here; old pydantic puts some of its own into classes."""
    return inspect.isroutine(member) and member.__module__.startswith("socialmkt.")


def _documented() -> tuple[dict[str, Any], dict[str, Any], dict[str, tuple[type, Any]]]:
    """Find every public class, every function or method, and every property with its class, by their paths."""
    classes, functions, properties = {}, {}, {}
    for face, name in PUBLIC:
        value = getattr(importlib.import_module(face), name)
        path = f"{face.removeprefix('socialmkt.')}.{name}"
        if inspect.isfunction(value):
            functions[path] = value
        elif inspect.isclass(value):
            classes[path] = value
            members = {} if path in INNER else {f"{path}.{member}": found for member, found in _members(value)}
            functions |= {path: found for path, found in members.items() if not _is_property(found)}
            properties |= {path: (value, found) for path, found in members.items() if _is_property(found)}
    return classes, functions, properties


CLASSES, FUNCTIONS, PROPERTIES = _documented()
TEXTS = {path: inspect.getdoc(value) or "" for path, value in {**CLASSES, **FUNCTIONS}.items()}
PROPERTY_TEXTS = {path: _sections(inspect.getdoc(found) or "") for path, (_, found) in PROPERTIES.items()}


def _parameters(function: Any) -> set[str]:
    function = function.__func__ if isinstance(function, (classmethod, staticmethod)) else function
    return set(inspect.signature(function).parameters) - {"self", "cls"}


def test_every_text_begins_with_a_sentence_of_one_line() -> None:
    heads = {path: sections[""].strip() for path, sections in PROPERTY_TEXTS.items()} | TEXTS
    unlike = re.compile(r"[^\n]*\.(\n\n.*)?", flags=re.DOTALL)
    assert [path for path, text in heads.items() if not unlike.fullmatch(text)] == []


def test_every_function_and_class_has_examples() -> None:
    examples = {path: _sections(text).get("Examples", "") for path, text in TEXTS.items()}
    assert [path for path, text in examples.items() if not re.search(">>> |As in the class", text)] == []


def test_every_property_is_shown_in_an_example_of_its_own_or_of_its_class() -> None:
    unseen = []
    for path, (owner, _) in PROPERTIES.items():
        shown = _sections(inspect.getdoc(owner) or "").get("Examples", "")
        if not re.search(rf"\.{path.rpartition('.')[2]}\b", shown) and "Examples" not in PROPERTY_TEXTS[path]:
            unseen.append(path)
    assert unseen == []


def test_every_function_describes_all_its_parameters_and_no_others() -> None:
    unlike = []
    for path, function in FUNCTIONS.items():
        entries = ENTRY.findall(_sections(TEXTS[path]).get("Parameters", ""))
        described = {name.strip("*") for entry in entries for name in entry.split(", ")}
        unlike += [f"{path}: {name}" for name in sorted(described ^ _parameters(function))]
    assert unlike == []


def test_every_function_says_what_it_returns() -> None:
    told = {path: _sections(TEXTS[path]).keys() for path in FUNCTIONS}
    assert [path for path, sections in told.items() if not sections & {"Returns", "Yields"}] == []


def test_the_sections_stand_in_one_order() -> None:
    found = {path: [name for name in _sections(text) if name] for path, text in TEXTS.items()}
    assert [path for path, names in found.items() if names != sorted(names, key=ORDER.index)] == []
