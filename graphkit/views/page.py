"""One self-contained page about a party: chart, panel with evidence, table.

pyvis builds the chart's data, our autoescaping template and a vendored vis-network show it. The
page asks the network for nothing, runs only the two scripts whose hashes its policy names, and
holds the data as JSON that is never run.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import graphkit
from graphkit.model.identifiers import mask
from graphkit.model.shares import percent_down, percent_short, percent_up
from graphkit.model.write import plain, visible
from graphkit.ownership.graph import OwnershipGraph
from graphkit.ownership.results import Owners, Person
from graphkit.resources import folder
from graphkit.views.chart import Box, Chart, Line
from graphkit.views.layout import levels, positions, routed
from graphkit.views.text import KINDS, RIGHTS, share_text, wrapped

Show = Callable[[str], str]

_FILL = {
    "person": ("#fdeedd", "#c2661b"),
    "state_body": ("#f9dede", "#a33a3a"),
    "company": ("#e9f0f8", "#5b7ea6"),
    "listed_company": ("#e9f0f8", "#5b7ea6"),
    "pseudo": ("#f4f4f4", "#888888"),
    "unknown": ("#f4f4f4", "#888888"),
}
_FUND = ("#e5f3ea", "#4d8a63")
_ROUTED_BOXES = 60
_REASONS = 3
_CHAIN = {"yes": ("#14743b", 2.5, False), "undetermined": ("#b7791f", 2, [6, 5])}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a page is about: the graph, the answer on it, and the two times."""

    graph: OwnershipGraph
    party: str
    owners: Owners
    as_of: date
    known_at: datetime


def party_page(subject: Subject, chart: Chart, *, unmask: bool = False) -> str:
    """The page as HTML text; resident IDs and phone numbers are masked unless `unmask`."""

    def show(text: str) -> str:
        return visible(text if unmask else mask(text))

    graph, owners = subject.graph, subject.owners
    nodes, edges = _network(graph, chart, show)
    focus = graph.number(subject.party)
    data = {
        "nodes": nodes,
        "edges": edges,
        "boxes": [_panel(subject, chart, box, show) for box in chart.boxes.values()],
        "focus": focus,
        "file": "".join(c if c.isalnum() else "_" for c in show(subject.party))[:60],
    }
    place = folder("visualizations")
    library = (place / "vendor/vis-network/vis-network.min.js").read_text("utf-8")
    script = (place / "page.js").read_text("utf-8")
    said = {
        "resolved": "已穿透 resolved: somebody was found and every limb is settled",
        "unresolved": "看不清，不展业 unresolved: not all of it can be seen through",
    }
    left_out = (
        f"{chart.left_out} more parties are connected and not drawn; the nearest and largest are."
        if chart.left_out
        else ""
    )
    page: str = template("page.html").render(
        title=show(f"穿透图 {graph.label(focus)}"),
        as_of=subject.as_of,
        known_at=f"{plain(subject.known_at)}Z",
        profile=owners.profile,
        status=owners.status,
        status_text=said[owners.status],
        reasons=[show(r) for r in owners.reasons[:_REASONS]],
        more_reasons=[show(r) for r in owners.reasons[_REASONS:]],
        settle=[show(s) for s in owners.settle],
        left_out=left_out,
        masked_note="" if unmask else "Resident IDs and phone numbers are masked.",
        version=graphkit.__version__,
        style=trusted((place / "page.css").read_text("utf-8")),
        data=_json(data),
        library=trusted(library),
        script=trusted(script),
        script_hashes=" ".join(f"'sha256-{_hash(text)}'" for text in (library, script)),
    )
    return page


def _network(
    graph: OwnershipGraph, chart: Chart, show: Show
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    from pyvis.network import Network

    pairs = [(line.holder, line.entity) for line in chart.lines]
    rests = {n: -n - 1 for n, box in chart.boxes.items() if box.rest and box.unresolved}
    ties = pairs + [(rest, n) for n, rest in rests.items()]
    level = levels(chart.focus, [*chart.boxes, *rests.values()], ties)
    paths = [[pair] for pair in pairs]
    if len(chart.boxes) <= _ROUTED_BOXES:
        level, paths = routed(level, pairs, min(rests.values(), default=0) - 1)
    place = positions(level, [p for path in paths for p in path] + ties[len(pairs) :])
    net = Network(directed=True)
    for number, box in chart.boxes.items():
        x, y = place[number]
        net.add_node(number, x=x, y=y, **_box(graph, box, show))
    for number, rest in rests.items():
        x, y = place[rest]
        held = chart.boxes[number].rest
        assert held is not None
        net.add_node(
            rest,
            label=f"未披露 not disclosed\n{share_text(held)}",
            x=x,
            y=y,
            shape="box",
            color={"background": "#fafafa", "border": "#999999"},
            shapeProperties={"borderDashes": [4, 4]},
            font={"color": "#666666", "size": 13},
        )
        net.add_edge(rest, number, color="#b5b5b5", dashes=[3, 5])
    for number, (x, y) in place.items():
        if number not in chart.boxes and number not in rests.values():
            net.add_node(number, label=" ", x=x, y=y, shape="dot", size=0.1, chosen=False)
    between = Counter(frozenset(pair) for pair in pairs)
    before: Counter[tuple[int, int]] = Counter()
    for line, path in zip(chart.lines, paths, strict=True):
        style = _line(line)
        if level[line.holder] == level[line.entity] or (
            len(path) == 1 and abs(level[line.holder] - level[line.entity]) > 1
        ):
            # a straight line would run behind the boxes between
            style["smooth"] = {"enabled": True, "type": "curvedCW", "roundness": 0.3}
        pair = line.holder, line.entity
        if len(path) == 1 and pair[0] != pair[1] and between[frozenset(pair)] > 1:
            # two that hold one another, or a holding beside a right: else one would hide the other
            bend = "curvedCCW" if before[pair] % 2 else "curvedCW"
            beside = level[line.holder] == level[line.entity]
            roundness = (0.5 if beside else 0.22) + 0.18 * (before[pair] // 2)
            style["smooth"] = {"enabled": True, "type": bend, "roundness": roundness}
        before[pair] += 1
        for a, b in path:
            last = {} if b == line.entity else {"label": "", "arrows": {"to": {"enabled": False}}}
            net.add_edge(a, b, **(style | last))
    return net.nodes, net.edges


def _box(graph: OwnershipGraph, box: Box, show: Show) -> dict[str, Any]:
    kind = graph.kinds[box.number]
    fill, border = _FILL.get(kind, _FUND)
    label = wrapped(show(graph.names[box.number] or graph.ids[box.number]))
    if graph.names[box.number] != graph.ids[box.number]:
        label += "\n" + wrapped(show(graph.ids[box.number]), lines=1)
    if box.interest is not None:
        label += "\n" + _interest(box)
    if box.rest is not None and not box.unresolved:
        label += f"\n未披露 rest {share_text(box.rest)}"
    style: dict[str, Any] = {
        "label": label,
        "shape": "box",
        "color": {"background": fill, "border": border},
        "borderWidth": 1,
        "shapeProperties": {"borderDashes": False, "borderRadius": 4},
    }
    if box.place == "focus":
        style["color"] = {"background": "#22405f", "border": "#22405f"}
        style["font"] = {"color": "#ffffff"}
    if box.verdict in _CHAIN:
        color, width, dashes = _CHAIN[box.verdict]
        style["color"]["border"] = color
        style["borderWidth"] = width
        style["shapeProperties"]["borderDashes"] = dashes
    elif kind in ("unknown", "pseudo") or box.unresolved:
        style["shapeProperties"]["borderDashes"] = [4, 4]
    return style


def _interest(box: Box) -> str:
    row = box.interest
    assert row is not None
    if row.low == row.high:
        return f"{percent_short(row.low)} %"
    return f"{percent_short(row.low)}–{percent_short(row.high)} %"


def _line(line: Line) -> dict[str, Any]:
    color, width, dashes = _CHAIN.get(line.chain or "", ("#8f99a6", 1, False))
    label = RIGHTS.get(line.kind, "") if line.share is None else share_text(line.share)
    if line.kind != "stake":
        label = f"{RIGHTS.get(line.kind, line.kind)}"
        color = color if line.chain else "#6b3fa0"
    elif line.share is not None and not line.share.exact and not line.chain:
        dashes = [6, 5]
    return {
        "label": label,
        "color": color,
        "width": width,
        "dashes": dashes,
        "font": {"color": "#4b2a78" if line.kind != "stake" else "#333333"},
    }


def _panel(subject: Subject, chart: Chart, box: Box, show: Show) -> dict[str, Any]:
    graph, number = subject.graph, box.number
    persons = [p for p in subject.owners.persons if p.party_id == graph.ids[number]]
    kind = KINDS.get(graph.kinds[number], graph.kinds[number])
    owner = "unresolved 看不清" if box.unresolved else ""
    control = box.verdict or ""
    row = box.interest
    figures = [["id", show(graph.ids[number])], ["kind", kind]]
    if row is not None:
        figures += [
            ["interest", f"{percent_down(row.low)} to {percent_up(row.high)} %"],
            ["with every rest", f"{percent_up(row.high + row.rest_high)} %"],
        ]
    if control:
        said = {"owner": "controls the party", "holding": "controlled by the party"}
        figures.append([said.get(box.place, "control"), control])
    if number in _attributed(subject):
        low, high = _attributed(subject)[number]
        figures.append(["attributed holding", f"{percent_down(low)} to {percent_up(high)} %"])
    if box.unresolved:
        figures.append(["owner", owner])
    return {
        "id": number,
        "party": show(graph.ids[number]),
        "name": show(graph.names[number]),
        "figures": figures,
        "holders": [
            {"text": show(_holding(graph, s.holder, share_text(s.capital))), "facts": [_where(s)]}
            for s in _stakes(graph, number)
        ],
        "rights": [
            {
                "text": show(_holding(graph, r.holder, RIGHTS.get(r.kind, r.kind))),
                "facts": [_where(r)],
            }
            for r in graph.all_rights.get(number, ())
        ],
        "found": _found(subject, show) if box.place == "focus" else [],
        "evidence": [step for p in persons for step in _evidence(p, show)],
        "row": [
            show(graph.ids[number]),
            show(graph.names[number]),
            kind,
            box.place,
            percent_down(row.low) if row else "",
            percent_up(row.high) if row else "",
            percent_up(row.high + row.rest_high) if row else "",
            control,
            owner,
        ],
    }


def _found(subject: Subject, show: Show) -> list[dict[str, Any]]:
    graph = subject.graph
    return [
        {
            "text": show(f"{graph.label(graph.index[p.party_id])}: {p.limb} {p.verdict}"),
            "facts": [],
        }
        for p in subject.owners.persons
        if p.party_id in graph.index
    ]


def _attributed(subject: Subject) -> dict[int, tuple[int, int]]:
    return {subject.graph.index[i]: v for i, v in subject.owners.attributed.items()}


def _stakes(graph: OwnershipGraph, number: int) -> list[Any]:
    register = graph.capital[number]
    return graph.stakes[register.first : register.last] if register is not None else []


def _holding(graph: OwnershipGraph, holder: str, what: str) -> str:
    return f"{graph.label(graph.index[holder])}: {what}"


def _where(held: Any) -> str:
    fact = held.fact
    dated = fact.valid_from or fact.valid_to
    span = f", {fact.valid_from or '…'} to {fact.valid_to or '…'}" if dated else ""
    return visible(f"{fact.source} {fact.file}:{fact.line}{span}")


def _evidence(person: Person, show: Show) -> list[dict[str, Any]]:
    head = {"text": f"limb {person.limb}: {person.verdict} ({show(person.ground)})", "facts": []}
    return [
        head,
        *(
            {
                "text": show(f"{step.number}. {step.text}"),
                "facts": [show(f"{f.text} [{f.file}:{f.line}]") for f in step.facts],
            }
            for step in person.steps
        ),
    ]


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(data: object) -> Any:
    """JSON that can't end its script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return trusted(text)


def trusted(text: str) -> Any:
    """Text that a template does not escape: our own files, and JSON escaped before."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704  our own files, and JSON escaped above


def template(name: str) -> Any:
    """A template of ``visualizations/``; it escapes everything that is not `trusted`."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(folder("visualizations")),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    return environment.get_template(name)
