"""Writing a seeded world as canonical CSV files, and the parties of it worth asking about."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from random import Random

from benchmarks.world import World, make

_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英"
_PLACES = ("华东", "江南", "岭南", "关中", "燕北", "海西", "陇右", "云岭")
_TRADES = ("科技", "投资", "贸易", "实业", "置业", "物流", "能源", "药业")
_ENDINGS = {
    "company": "有限公司",
    "listed_company": "股份有限公司",
    "partnership": "合伙企业（有限合伙）",
    "private_fund": "私募基金",
    "state_body": "国有资产管理局",
}
FLOAT_LINE = "流通股"
NOMINEE_LINE = "名义持有人"


def write(folder: Path, parties: int, seed: int = 7) -> World:
    """The world, written as party, stake, register, control_right, relation and bloc files."""
    world = make(parties, seed)
    folder.mkdir(parents=True, exist_ok=True)
    world.lines["party"] = _parties(world)
    world.lines["relation"] = _couples(world, seed)
    for name, lines in world.lines.items():
        world.counts[f"rows: {name}"] = len(lines) - 1
        (folder / f"{name}.csv").write_text("".join(lines), "utf-8", newline="\n")
    world.lines = {}
    return world


def _parties(world: World) -> list[str]:
    rows = ["party_id,kind,name,pseudo,listed_code\n"]
    codes = iter(listed_codes(world.plan.listed))
    for i, (party, kind) in enumerate(zip(world.ids, world.kinds, strict=True)):
        if kind == "person":
            first = _SURNAMES[i % 32] + _GIVEN[i // 32 % 23]
            rows.append(f"{party},person,虚构{first}{_GIVEN[i // 736 % 23]},,\n")
        elif kind == "pseudo":
            nominee = i == world.plan.nominee
            name, sort = (NOMINEE_LINE, "nominee") if nominee else (FLOAT_LINE, "free_float")
            rows.append(f"{party},pseudo,虚构{name},{sort},\n")
        else:
            name = f"虚构{_PLACES[i % 8]}{_GIVEN[i // 8 % 23]}{i}{_TRADES[i // 64 % 8]}"
            code = next(codes) if kind == "listed_company" else ""
            rows.append(f"{party},{kind},{name}{_ENDINGS[kind]},,{code}\n")
    return rows


def listed_codes(count: int) -> list[str]:
    """Codes of the listed companies in order: half Shanghai, half Shenzhen.

    >>> listed_codes(3)
    ['600000.SH', '000001.SZ', '600001.SH']
    """
    return [
        f"{600_000 + i // 2}.SH" if i % 2 == 0 else f"{i // 2 + 1:06d}.SZ" for i in range(count)
    ]


def _couples(world: World, seed: int) -> list[str]:
    """One person in fifty is married to another one; nobody twice."""
    rows, random = ["a,b,kind,standing\n"], Random(seed + 1).random
    step = max(2, world.plan.persons // max(1, world.plan.persons // 100))
    for i in range(0, world.plan.persons - step, step):
        other = i + 1 + int(random() * (step - 1))
        rows.append(f"{world.ids[i]},{world.ids[other]},spouse,confirmed\n")
    return rows


def describe(world: World) -> Counter[str]:
    """Counts of every feature of a world, in the words of SEMANTICS.md."""
    plan, counts = world.plan, world.counts.copy()
    counts.update(f"parties: {kind}" for kind in world.kinds)
    counts["cross-held companies in one component"] = plan.crossed
    counts["pairs that hold more than half of one another"] = plan.rings
    return counts


def samples(world: World) -> dict[str, str]:
    """Parties worth asking about.

    ``typical`` has the middle of three hundred closures upstream, ``crossed`` stands in the large
    component, ``hub`` has the largest closure of the listed companies; ``controller`` heads the
    largest family of companies.
    """
    plan = world.plan
    entities = [plan.first + plan.entities * k // 301 for k in range(1, 301)]
    by_size = sorted(entities, key=lambda e: (world.closure(e)[1], e))
    deep = [e for e in by_size if world.closure(e)[1] > 2]
    listed = [i for i, kind in enumerate(world.kinds) if kind == "listed_company"][-2_000:]
    hub = max(listed, key=lambda e: (world.closure(e)[1], -e))
    head = max(world.controllers, key=lambda x: (len(world.controllers[x]), -x))
    chosen = {
        "typical": deep[len(deep) // 2],
        "crossed": plan.block,
        "hub": hub,
        "controller": head,
    }
    found = {name: world.ids[i] for name, i in chosen.items()}
    sizes = {f"{name} holdings": str(world.closure(i)[1]) for name, i in chosen.items()}
    return {**found, **sizes, "controller companies": str(len(world.controllers[head]))}


def main() -> None:
    """`python -m benchmarks.worldfiles FOLDER PARTIES [SEED [CLIENTS]]`: write and describe."""
    from benchmarks import credit

    place, (parties, seed, clients) = Path(sys.argv[1]), [*map(int, sys.argv[2:]), 7, 0][:3]
    world = write(place / "owners", parties, seed)
    counts = describe(world)
    if clients:
        counts += credit.write(place / "credit", world, clients, seed)
    for what, count in sorted(counts.items()):
        print(f"{count:>10}  {what}")
    about = samples(world)
    print(json.dumps(about))
    (place / "about.json").write_text(json.dumps(about), "utf-8")


if __name__ == "__main__":
    main()
