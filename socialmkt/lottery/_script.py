"""The program that checks an audit text without this library."""

from __future__ import annotations

VERIFIER = r'''"""Check a prize draw from its audit record. Run: python check.py record.json"""
import datetime, decimal, hashlib, json, pathlib, sys; decimal.getcontext().prec = 60
sha = lambda *parts: hashlib.sha256("".join(parts).encode()).hexdigest()
js = lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
when = lambda text: datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
check = lambda ok, what: ok or sys.exit("NOT SOUND: " + what)
record = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
man, events, pools, drawn, spare = record["manifest"], record["events"], {}, [], []
check(record["version"] == "socialmkt/record/1" and len(record) == 12 and record["beacon"], "shape of the record")
check(record["commitment"] == sha(js(man)) and man["version"] == "socialmkt/draw/1", "manifest")
check((sha(record["secret"]) if record["secret"] else "") == man["secret_hash"], "secret")
head, *rows, end = [line.split("\t") for line in record["entries"].split("\n")]
good = [len(row) == len(head) and row[1] == str(int(row[1])) and 0 < int(row[1]) < 2**32 for row in rows]
check(end == [""] and all(good) and [row[0] for row in rows] == sorted({row[0] for row in rows}), "form of the list")
check(sha(record["entries"]) == man["entries_digest"] and len(rows) == man["entries"], "list of entries")
rows = [dict(zip(head, row)) for row in rows]
def ranked(key, row):  # what is sorted, smallest first: the exponential key, then the ticket and the id
    name, weight = row["id"], int(row["weight"])
    if man["method"] == "tickets": return 0, min(sha(key, name, "#", str(j + 1)) for j in range(weight)), name, row
    ticket = sha(key, name)
    return -(1 - decimal.Decimal(2 * int(ticket[:16], 16) + 1) / 2**65).ln() / weight, ticket, name, row
groups = lambda row: [(name, row["@" + name]) for name in man["caps"] if row["@" + name] != "0"]
holds = lambda row, prize: all(row["?" + name] == "1" for name in prize["requires"])
free = lambda row: row["id"] not in used and all(full.count(group) < man["caps"][group[0]] for group in groups(row))
for prize in man["prizes"]: pools.setdefault(prize["pool"], []).append(prize)
for pool, prizes in pools.items():
    key = sha("\n".join(["socialmkt/draw/1", record["commitment"], record["beacon"], record["secret"], pool]))
    order, used, full = sorted(ranked(key, row) for row in rows), set(), []
    for slot, prize in [(0, prize) for prize in prizes]:
        for rank, (_, mine, name, row) in enumerate(order, 1):
            if slot < prize["quantity"] and holds(row, prize) and free(row):
                slot += 1; used.add(name); full += groups(row); drawn += [[pool, prize["name"], slot, rank, name, mine]]
    want, found, number = {prize["name"]: man["alternates"] for prize in prizes}, [], 0
    for rank, (_, mine, name, row) in enumerate(order, 1):
        serves = [prize["name"] for prize in prizes if holds(row, prize)]
        if any(want[prize] > 0 for prize in serves) and free(row):
            number += 1; used.add(name); full += groups(row); want.update((p, want[p] - 1) for p in serves)
            found += [[pool, prize, number, rank, name, mine] for prize in serves]
    spare += sorted(found, key=lambda row: (list(want).index(row[1]), row[2]))
check(js([record["drawn"], record["alternates"]]) == js([drawn, spare]), "winners or alternates drawn")
base, stand, out, at = "alternates beacon commitment drawn secret version", [*drawn], set(), 0
digest, start = sha(js({name: record[name] for name in base.split()})), man["closes_at"]
physical = [prize["name"] for prize in man["prizes"] if prize["delivery"] == "physical"]
while at < len(events):  # each disqualified entry: one event for every slot it held
    name, time, reason = (events[at][part] for part in ("entry", "at", "reason"))
    live = [one for one in spare if one[4] not in out and not any(row and row[::4] == one[::4] for row in stand)]
    held, serves = ([row for row in part if row and row[4] == name] for part in (stand, live))
    bounds = [start, man["claim_by"] if reason in ("no_address", "unclaimed") else None]
    check(all(bound is None or when(time) >= when(bound) for bound in bounds), "time of event %d" % at)
    allowed = reason != "no_address" or any(row[1] in physical for row in held or serves)
    check(allowed and reason in man["disqualify_reasons"] and name not in out and (held or serves), "reason")
    out.add(name); start = time
    for row in held or [["", "", 0]]:
        new = next((one for one in live if one[:2] == row[:2] and one[4] != name), None)
        if held: stand[stand.index(row)] = new and row[:3] + new[3:]
        event = {"at": time, "entry": name, "prize": row[1], "reason": reason, "replacement": new and new[4]}
        check(at < len(events) and js(events[at]) == js({**event, "previous": digest}), "event %d" % at)
        digest, at = sha(js(events[at])), at + 1
check(js(record["winners"]) == js([row for row in stand if row]), "standing winners")
check(record["digest"] == digest, "digest"); print("sound")
'''
"""A program of the standard library alone: `python check.py record.json` prints `sound` and ends with 0, or it says
what is not sound and ends with 1.
"""
