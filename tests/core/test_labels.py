"""Codes carry their labels."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
import re

import pytest
from pydantic import BaseModel

import socialmkt
from socialmkt.core.errors import InvalidInput
from socialmkt.core.labels import Code, label
from tests.refusals import refuses


class Status(Code):
    met = "met", "按时", "met"
    missed = "missed", "超时", "missed"


class Row(BaseModel):
    status: Status


def codes_of_the_library() -> list[type[Code]]:
    for module in pkgutil.walk_packages(socialmkt.__path__, "socialmkt."):
        if not re.match(r"socialmkt\._?(frame|plot)", module.name):  # they need extras
            importlib.import_module(module.name)
    return [kind for kind in Code.__subclasses__() if kind.__module__.startswith("socialmkt.")]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_labels_are_unique_per_language_and_codes_are_ascii(lang) -> None:
    for kind in [Status, *codes_of_the_library()]:
        labels = [label(code, lang=lang) for code in kind]
        assert len(set(labels)) == len(labels), kind
        assert all(text.strip() for text in labels), kind
        assert all(code.isascii() for code in kind), kind


@pytest.mark.parametrize("lang", ["zh", "zh_CN", "zh-CN", "zh-Hans", "ZH"])
def test_every_form_of_chinese_is_chinese(lang) -> None:
    assert label(Status.missed, lang=lang) == "超时"


@pytest.mark.parametrize("lang", ["en", "en_US", "en-GB"])
def test_every_form_of_english_is_english(lang) -> None:
    assert label(Status.missed, lang=lang) == "missed"


@pytest.mark.parametrize("lang", ["fr", "", "english", None, 3])
def test_another_language_is_refused_with_those_known(lang) -> None:
    with refuses(InvalidInput, match="labels.label: lang must be one of zh, en, got"):
        label(Status.met, lang=lang)


def test_loose_text_is_no_code() -> None:
    with refuses(InvalidInput, match="code must be a Code, got 'met'. Look the member up first, as in SkipReason"):
        label("met")
    with refuses(InvalidInput, match=r"code must be a Code, got 5\.$"):
        label(5)


def test_a_code_is_its_text_everywhere() -> None:
    assert Status("met") is Status.met
    assert pickle.loads(pickle.dumps(Status.met)) is Status.met
    assert f"{Status.met}" == str(Status.met) == "met"
    assert Row.model_validate_json('{"status":"met"}').status is Status.met
    assert Row(status="missed").model_dump_json() == '{"status":"missed"}'
    assert Row.model_json_schema()["$defs"]["Status"]["enum"] == ["met", "missed"]


def test_a_code_without_a_label_cannot_be_defined() -> None:
    with pytest.raises(TypeError, match="'met' must have a label in each of zh, en"):

        class Half(Code):
            met = "met", "按时"
