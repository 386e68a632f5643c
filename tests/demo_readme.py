"""fixtures/README.md, generated from fixtures/demo/expected.toml and the demo's tables.

``python -m tests.demo_readme`` writes it; tests/test_demo_world.py holds that it is current. It
asks no engine: questions, answers and workings are those of the file.
"""

from __future__ import annotations

import csv
import re
import tomllib
from itertools import groupby
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"

INTRO = """# Fixtures

Everything here is invented (全部虚构): names begin with 虚构, resident numbers lie in a region that
does not exist (990000), security codes in ranges that no exchange has given out.

- `demo/`: the demo world, which `graphkit demo` loads as `demo.toml` says: the broker's counter
  files (`rzrq/`, GB18030), everything else as canonical tables (`canonical/`), and a correction
  that arrives a day later (`correction/`). As of {as_of}.
- `faults/`: rows that are wrong on purpose, one of each kind; loading it exits 4.

The questions below, their answers and the working by hand stand in `demo/expected.toml`;
`tests/test_demo_world.py` asks each. This file is generated (`python -m tests.demo_readme`).

Ids: `P..` persons, `E..` companies, `F..` partnerships and products, `S..` a state body, `L..`
listed companies; the first two digits are the story's. Accounts are `00100..`. Each story begins
with its registers as first loaded.
"""


def questions() -> list[dict[str, Any]]:
    """Every question of expected.toml, in its order."""
    found: list[dict[str, Any]] = tomllib.loads(
        (FIXTURES / "demo" / "expected.toml").read_text("utf-8")
    )["question"]
    return found


def readme() -> str:
    """The text of fixtures/README.md."""
    demo = tomllib.loads((FIXTURES / "demo" / "demo.toml").read_text("utf-8"))
    parts = [INTRO.format(as_of=demo["as_of"])]
    for story, asked in groupby(questions(), key=lambda q: str(q["story"])):
        parts.append(f"## {story}\n")
        if shape := _shape(story[:2]):
            parts.append("\n".join(shape) + "\n")
        parts += [_question(q) for q in asked]
    return "\n".join(parts)


def _shape(story: str) -> list[str]:
    """A line for each register, right and relation of the story's parties."""
    names = {r["party_id"]: r["name"] for r in _table("party")}
    complete = {r["entity_id"]: r["complete"] == "yes" for r in _table("register")}
    lines = []
    for entity, stakes in groupby(_table("stake"), key=lambda r: r["entity_id"]):
        if _of(story, entity):
            held = "; ".join(_stake(r) for r in stakes)
            whole = "complete" if complete.get(entity) else "not declared complete"
            lines.append(f"- {entity} {names[entity]} ({whole}): {held}")
    for r in _table("control_right"):
        if _of(story, r["entity_id"]):
            discretion = {"yes": " with discretion", "no": " without discretion"}
            said = discretion.get(r["discretion"], "")
            lines.append(f"- {r['holder_id']} is {r['kind']} of {r['entity_id']}{said}")
    for r in _table("relation"):
        if _of(story, r["a"]):
            lines.append(f"- {r['a']} {names[r['a']]} and {r['b']} {names[r['b']]}: {r['kind']}")
    return lines


def _stake(row: dict[str, str]) -> str:
    span = "".join(
        f" {word} {row[column]}"
        for word, column in (("from", "valid_from"), ("until", "valid_to"))
        if row[column]
    )
    return f"{row['holder_id']} {row['percent'] or 'unknown'}{span}"


def _of(story: str, party: str) -> bool:
    return re.match(rf"[A-Z]+{story}", party) is not None


def _table(name: str) -> list[dict[str, str]]:
    with (FIXTURES / "demo" / "canonical" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _question(q: dict[str, Any]) -> str:
    when = "".join(f", {k.replace('_', ' ')} {q[k]}" for k in ("as_of", "known_at") if k in q)
    part = f" ({q['part']})" if "part" in q else ""
    lines = [f"**`{q['ask']}`**{when}{part}", ""]
    if "status" in q:
        lines += [f"Status: {q['status']}.", ""]
    if "unresolved" in q:
        lines += [f"Unresolved: {', '.join(q['unresolved'])}.", ""]
    if q["answer"]:
        lines += [_row(q["columns"]), _row(["---"] * len(q["columns"]))]
        lines += [_row(row) for row in q["answer"]]
    else:
        lines.append("Nothing.")
    return "\n".join([*lines, "", q["working"].strip(), ""])


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    (FIXTURES / "README.md").write_text(readme(), "utf-8")
