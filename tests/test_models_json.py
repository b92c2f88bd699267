"""JSON of the models that users meet: it comes back equal, and it is what the JSON schema says."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import inspect
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel

from tests.test_architecture import PUBLIC

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", list: "array", dict: "object"}


def _values(path: str) -> Iterator[Any]:
    """Give what the examples in the docstring of a public name evaluate to and what they keep."""
    face, _, name = path.rpartition(".")
    offered = getattr(importlib.import_module(face), name)
    home = inspect.getmodule(offered)
    known: dict[str, Any] = {**vars(home or importlib.import_module(face))}
    given = set(known)
    for example in doctest.DocTestParser().get_examples(inspect.getdoc(offered) or ""):
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):  # some examples show an error
            try:
                yield eval(example.source, known)  # noqa: S307  # our own docstrings
            except SyntaxError:
                exec(example.source, known)  # noqa: S102  # our own docstrings
    yield from (value for name, value in known.items() if name not in given)


def _models(value: Any) -> Iterator[BaseModel]:
    """Give the models in a value, those inside other models too."""
    if isinstance(value, BaseModel):
        yield value
        parts = [getattr(value, name) for name in type(value).model_fields]
    else:
        parts = list(value) if isinstance(value, list | tuple) else []
    for part in parts:
        yield from _models(part)


def _found() -> dict[type[BaseModel], BaseModel]:
    found: dict[type[BaseModel], BaseModel] = {}
    for face, name in PUBLIC:
        for value in _values(f"{face}.{name}"):
            for model in _models(value):
                if type(model).__module__.startswith("socialmkt."):
                    found.setdefault(type(model), model)
    return found


FOUND = _found()


def _allowed(schema: dict[str, Any]) -> set[str]:
    """Name the types a schema allows; none where it says nothing or refers to another."""
    if "anyOf" in schema:
        parts = [_allowed(part) for part in schema["anyOf"]]
        return set().union(*parts) if all(parts) else set()
    types = schema.get("type", [])
    return {types} if isinstance(types, str) else set(types)


def test_the_examples_show_many_models() -> None:
    assert len(FOUND) >= 60


@pytest.mark.parametrize("kind", FOUND, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
def test_a_model_comes_back_from_json_that_fits_its_schema(kind: type[BaseModel]) -> None:
    text = FOUND[kind].model_dump_json()
    assert kind.model_validate_json(text) == FOUND[kind]
    for mode in ("validation", "serialization"):
        schema = kind.model_json_schema(mode=mode)
        fields = {**schema, **schema.get("$defs", {}).get(kind.__name__, {})}.get("properties", {})
        for name, value in json.loads(text).items():
            allowed = _allowed(fields.get(name, {}))
            written = "null" if value is None else TYPES[type(value)]
            assert not allowed or written in allowed or (written == "integer" and "number" in allowed), (mode, name)
