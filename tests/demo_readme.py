"""fixtures/README.md, generated from fixtures/demo/expected.toml.

``python -m tests.demo_readme`` writes it; tests/test_demo_world.py holds that it is current. It asks
no engine: questions, answers and workings are those of the file.
"""

from __future__ import annotations

import tomllib
from itertools import groupby
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"

INTRO = """# Fixtures

Everything here is invented (全部虚构): names begin with 虚构, resident numbers lie in a region that
does not exist (990000), security codes in ranges that no exchange has given out.

- `demo/`: the demo world, which `graphkit demo` loads as `demo.toml` says: the broker's counter files
  (`rzrq/`, GB18030), everything else as canonical tables (`canonical/`), and a correction that
  arrives a day later (`correction/`). As of {as_of}.
- `faults/`: rows that are wrong on purpose, one of each kind; loading it exits 4.

The questions below, their answers and the working by hand stand in `demo/expected.toml`;
`tests/test_demo_world.py` asks each. This file is generated from it (`python -m tests.demo_readme`).

Who is who: `P..` persons, `E..` companies, `F..` partnerships and products, `S..` a state body,
`L..` listed companies; the first two digits are the story's. Accounts are `00100..`.
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
        parts += [_question(q) for q in asked]
    return "\n".join(parts)


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
