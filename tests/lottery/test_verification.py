"""Checks: the library, the script and a shell agree; whatever is tampered with is found."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from socialmkt.core.errors import InvalidInput, SocialmktError
from socialmkt.core.labels import label
from socialmkt.lottery import (
    VERIFIER,
    DrawRecord,
    Entries,
    Finding,
    FindingCode,
    PolicyCode,
    Prize,
    draw,
    manifest,
    rank,
    ticket,
    verify,
)
from tests.lottery.draws import BEACON, CLOSE, KEY, LATER, SESAME, example, example_record, keys_of
from tests.refusals import refuses

if TYPE_CHECKING:
    from pathlib import Path

    from socialmkt.core.table import Table


def rich(method: str = "exponential") -> tuple[DrawRecord, Entries]:
    """A draw with everything in it: pools, caps, conditions, a secret, alternates and events."""
    names = [f"user{number:02d}" for number in range(24)] + ["张三", "李四"]
    entries = Entries.from_columns(
        names,
        weight=[1 + number % 5 for number in range(26)],
        qualifies={
            "purchase": [number % 3 > 0 for number in range(26)],
            "vip": [number % 4 > 0 for number in range(26)],
        },
        groups={
            "person": [f"p{number // 2}" for number in range(26)],
            "device": [None if number % 5 == 0 else number % 9 for number in range(26)],
        },
    )
    prizes = [
        Prize(name="大奖", quantity=1, kind="purchase", delivery="physical"),
        Prize(name="vip", quantity=2, requires=("purchase", "vip")),
        Prize(name="thanks", quantity=3),
        Prize(name="second", quantity=2, pool="second", delivery="physical"),
    ]
    made = manifest(
        entries,
        prizes,
        draw_id="rich",
        beacon="lottery 3D 2026303",
        closes_at=CLOSE,
        claim_by=CLOSE + timedelta(hours=5),
        alternates=2,
        caps={"person": 1, "device": 2},
        secret_hash=keys_of(SESAME),
        method=method,
    )
    record = draw(made, entries, beacon="4 7 1", secret=SESAME)
    at = LATER
    for place, reason in ((0, "fraud"), (2, "unclaimed"), (-1, "no_address")):
        at += timedelta(microseconds=place + 2)
        record = record.disqualify(record.winners["entry"][place], reason=reason, at=at)
    return record.disqualify(record.alternates["entry"][-1], reason="withdrew", at=at), entries


def script(tmp_path: Path, text: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "check.py").write_text(VERIFIER, encoding="utf-8")
    (tmp_path / "record.json").write_text(text, encoding="utf-8")
    command = [sys.executable, "-I", "-W", "error", "check.py", "record.json"]
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("method", ["exponential", "tickets"])
def test_the_library_and_the_script_find_a_record_sound(method, tmp_path) -> None:
    record, entries = rich(method)
    assert len(record.events) >= 4
    assert verify(record, entries) == []
    done = script(tmp_path, record.audit(entries))
    assert (done.returncode, done.stdout, done.stderr) == (0, "sound\n", "")
    assert script(tmp_path, record.audit(entries).replace('"beacon":"4 7 1"', '"beacon":""')).returncode == 1


def test_the_script_can_be_read_in_one_sitting() -> None:
    lines = VERIFIER.splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 120
    assert "socialmkt" not in VERIFIER.replace('"socialmkt/draw/1"', "").replace('"socialmkt/record/1"', "")


def codes(record: DrawRecord, entries: Entries) -> set[str]:
    return {str(found.code) for found in verify(record, entries)}


def change(record: DrawRecord, **fields: Any) -> DrawRecord:
    return record.model_copy(update=fields)


def event(record: DrawRecord, place: int, **fields: Any) -> DrawRecord:
    """Change an event and hash the chain again, as a forger would."""
    events, previous = list(record.events), None
    for number, one in enumerate(events):
        linked = one.model_copy(update={"previous": previous or one.previous})
        events[number] = linked.model_copy(update=fields if number == place else {})
        previous = events[number].digest
    return change(record, events=tuple(events), digest=previous)


def swapped(table: Table) -> Table:
    entry = table["entry"].copy()
    entry[[0, -1]] = entry[[-1, 0]]
    return type(table).model_validate({**table.to_dict(), "entry": entry})


def test_every_kind_of_fault_is_found_by_its_code() -> None:
    record, entries = rich()
    fewer = Entries.from_columns(entries.id[1:], weight=entries.weight[1:])
    found = {
        code: codes(*case)
        for code, case in {
            "entries_digest": (record, entries.exclude([True] + [False] * 25, reason="x")),
            "entries_count": (record, fewer),
            "inputs": (record, fewer),
            "commitment": (change(record, commitment="00" * 32), entries),
            "secret": (change(record, secret=BEACON), entries),
            "drawn": (change(record, drawn=swapped(record.drawn)), entries),
            "alternates": (change(record, first_alternates=swapped(record.first_alternates)), entries),
            "event_chain": (change(record, events=record.events[1:]), entries),
            "event_reason": (event(record, 0, reason="bad luck"), entries),
            "event_replacement": (event(record, 0, replacement="user05"), entries),
            "winners": (change(record, winners=swapped(record.winners)), entries),
            "digest": (change(record, digest="00" * 32), entries),
        }.items()
    }
    assert set(found) == {str(code) for code in FindingCode}
    for code, codes_ in found.items():
        assert code in codes_, (code, codes_)
    assert found["digest"] == {"digest"}
    assert found["winners"] == {"winners"}


def test_a_forged_but_well_chained_event_is_found() -> None:
    record, entries = rich()
    assert "event_reason" in codes(event(record, 0, at=CLOSE - timedelta(1)), entries)
    assert "event_reason" in codes(event(record, 0, entry="user99"), entries)
    assert "event_replacement" in codes(event(record, 0, replacement=None), entries)
    assert "event_replacement" in codes(event(record, 0, prize="thanks"), entries)
    twice = change(record, events=(*record.events, record.events[-1]))
    assert {"event_chain", "event_replacement"} <= codes(twice, entries)
    assert codes(event(record, 1, previous="00" * 32), entries) >= {"event_chain"}


def test_a_loaded_record_never_makes_verify_raise() -> None:
    record, entries = rich()
    broken = json.loads(record.audit(entries))
    for name, value in (
        ("beacon", ""),
        ("beacon", "三"),
        ("secret", "x"),
        ("drawn", []),
        ("winners", []),
        ("alternates", []),
        ("events", []),
        ("commitment", ""),
        ("digest", ""),
    ):
        loaded = DrawRecord.from_audit(json.dumps({**broken, name: value}))
        assert verify(loaded, entries), name
    for name in ("beacon", "secret", "commitment", "digest"):
        assert verify(DrawRecord.from_audit(json.dumps({**broken, name: "\ud800"})), entries), name
    for name in ("drawn", "winners", "alternates"):
        first, *others = broken[name]
        surrogate = [[*first[:4], "\ud800", first[5]], *others]
        assert verify(DrawRecord.from_audit(json.dumps({**broken, name: surrogate})), entries), name
    with refuses(InvalidInput, match="record must be a DrawRecord"):
        verify("record", entries)
    with refuses(InvalidInput, match="entries must be Entries"):
        verify(record, "list")


def found_by_the_library(text: str) -> bool:
    try:
        record = DrawRecord.from_audit(text)
        entries = Entries.from_tsv(json.loads(text)["entries"].encode())
    except (SocialmktError, ValueError):
        return True
    return bool(verify(record, entries))


PARTS = ["entries", "manifest", "winners", "alternates", "drawn", "events", "digest"]
SOUND, LIST = rich()
AUDIT = SOUND.audit(LIST)


def spoiled(part: str, where: float, by: int) -> str | None:
    """Change one character inside a part of the audit text; None where the text stays the same."""
    start = AUDIT.index(f'"{part}":') + len(part) + 3
    later = [AUDIT.find(f',"{name}":', start) for name in json.loads(AUDIT)]
    stop = min([place for place in later if place > start], default=len(AUDIT) - 1)
    at = start + int(where * (stop - start))
    text = AUDIT[:at] + chr(33 + (ord(AUDIT[at]) + by) % 90) + AUDIT[at + 1 :]
    return None if text == AUDIT or same(text) else text


def same(text: str) -> bool:
    """Tell a change that JSON does not see."""
    try:
        return json.loads(text) == json.loads(AUDIT)
    except ValueError:
        return False


@given(part=st.sampled_from(PARTS), where=st.floats(0, 0.9999), by=st.integers(1, 89))
def test_one_changed_character_is_found_by_the_library(part, where, by) -> None:
    text = spoiled(part, where, by)
    assert text is None or found_by_the_library(text)


def test_an_instant_in_another_spelling_is_found_by_the_library() -> None:
    for place, character in enumerate(AUDIT):
        if character in "TZ" and AUDIT[place - 1].isdigit():
            assert found_by_the_library(f"{AUDIT[:place]}t{AUDIT[place + 1 :]}"), AUDIT[place - 30 : place + 1]
            assert found_by_the_library(f"{AUDIT[:place]}+00:00{AUDIT[place + 1 :]}"), AUDIT[place - 30 : place + 1]
    assert found_by_the_library(AUDIT.replace(".000006Z", ",000006Z"))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("where", [0.03, 0.31, 0.57, 0.83, 0.97])
def test_one_changed_character_is_found_by_the_script(part, where, tmp_path) -> None:
    text = spoiled(part, where, 7)
    assert text is not None
    assert script(tmp_path, text).returncode == 1
    assert found_by_the_library(text)


def test_the_script_finds_forged_events(tmp_path) -> None:
    forged = [
        event(SOUND, 0, reason="bad luck"),
        event(SOUND, 0, at=CLOSE - timedelta(1)),
        event(SOUND, 0, replacement=None),
        event(SOUND, 0, entry="user99"),
        change(SOUND, events=SOUND.events[:-1]),
        change(SOUND, digest=SOUND.events[0].digest),
        change(SOUND, winners=swapped(SOUND.winners)),
        change(SOUND, secret=BEACON),
    ]
    for record in forged:
        done = script(tmp_path, record.audit(LIST))
        assert done.returncode == 1, record
        assert verify(record, LIST)


@pytest.mark.parametrize(
    "lines",
    [
        ["ann\t1", "bo\t-5"],
        ["ann\t1", "bo\t0"],
        ["ann\t1", f"bo\t{2**32}"],
        ["ann\t1", "bo\t05"],
        ["bo\t1", "ann\t1"],
        ["ann\t1", "ann\t2"],
        ["ann\t1", "bo\t1\t1"],
        ["ann\t1", "bo\t1", "cy\t1"],
    ],
)
def test_a_list_in_another_form_is_found_even_where_it_was_committed_to(lines, tmp_path) -> None:
    """Nobody may slip in a weight below 0, a second row or a row that is not read."""
    record = json.loads(example_record().audit(example()))
    text = "\n".join(["id\tweight", *lines]) + ("\n" if len(lines) == 2 else "")
    rules = {**record["manifest"], "entries": 2, "entries_digest": keys_of(text), "prizes": [], "alternates": 0}
    commitment = keys_of(json.dumps(rules, sort_keys=True, separators=(",", ":")))
    nothing = {"alternates": [], "drawn": [], "winners": [], "events": []}
    forged = json.dumps({**record, **nothing, "entries": text, "manifest": rules, "commitment": commitment})
    done = script(tmp_path, forged)
    assert (done.returncode, done.stderr) == (1, "NOT SOUND: form of the list\n")


SHELL = r"""
K=$(printf 'socialmkt/draw/1\n%s\n%s\n%s\n%s' "$commitment" "$beacon" "$secret" main | sha256sum | cut -c1-64)
printf '%s%s' "$K" "$id" | sha256sum
"""


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="needs sha256sum")
def test_a_single_ticket_is_checked_in_a_shell() -> None:
    record = example_record()
    public = {"commitment": record.commitment, "beacon": record.beacon, "secret": "", "PATH": "/usr/bin:/bin"}
    for one in ("alice", "张三", "-n", "100%s", "a\\n", 'it\'s "$K" `id`'):
        done = subprocess.run(
            ["sh", "-c", SHELL], env={**public, "id": one}, capture_output=True, text=True, check=True
        )
        assert done.stdout.split()[0] == ticket(KEY, one)


NODE = """
const { createHash } = require('crypto'), text = require('fs').readFileSync(0, 'utf8');
const sha = (s) => createHash('sha256').update(s, 'utf8').digest('hex'), record = JSON.parse(text);
const sorted = (v) => Array.isArray(v) ? v.map(sorted) : v && typeof v === 'object'
  ? Object.fromEntries(Object.keys(v).sort().map((k) => [k, sorted(v[k])])) : v;
const commitment = sha(JSON.stringify(sorted(record.manifest)));
const key = sha(['socialmkt/draw/1', commitment, record.beacon, record.secret, 'main'].join('\\n'));
const ranked = record.entries.trimEnd().split('\\n').slice(1).map((line) => line.split('\\t')).map(([id, weight]) => {
  const u = parseInt(sha(key + id).slice(0, 8), 16) / 2 ** 32;
  return [-Math.log1p(-u) / Number(weight), id];
}).sort((a, b) => a[0] - b[0]).map((row) => row[1]);
console.log(JSON.stringify({ commitment, key, list: sha(record.entries), ranked }));
"""


@pytest.mark.skipif(not shutil.which("node"), reason="needs Node.js")
def test_javascript_finds_the_same_commitment_key_and_order() -> None:
    record, entries = example_record(), example()
    done = subprocess.run(["node", "-e", NODE], input=record.audit(entries), capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == {
        "commitment": record.commitment,
        "key": KEY,
        "list": entries.digest,
        "ranked": rank(entries, KEY, k=8)["entry"].tolist(),
    }
    assert record.beacon == BEACON


def test_findings_speak_two_languages() -> None:
    assert label(FindingCode.event_chain, lang="zh") == "事件链断裂"
    found = Finding(code=FindingCode.digest, message="m")
    assert str(found) == "digest: m"
    assert json.loads(found.model_dump_json()) == {"code": "digest", "message": "m", "where": ""}


def test_findings_go_through_json() -> None:
    for code in (*FindingCode, *PolicyCode):
        found = Finding(code=code, message="m", where="w")
        again = Finding.model_validate_json(found.model_dump_json())
        assert again == found
        assert type(again.code) is type(code)
    assert not {str(code) for code in FindingCode} & {str(code) for code in PolicyCode}
