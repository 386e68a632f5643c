"""A chart as the data that vis-network draws: pyvis builds it, positions come from here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from graphkit.ownership.graph import OwnershipGraph
from graphkit.views.chart import Box, Chart, Line
from graphkit.views.layout import levels, positions, routed
from graphkit.views.text import RIGHTS, share_text, span_text, wrapped

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
_CHAIN = {"yes": ("#14743b", 2.5, False), "undetermined": ("#b7791f", 2, [6, 5])}


def drawing(
    graph: OwnershipGraph, chart: Chart, show: Show
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The nodes and edges of a chart with their places, as vis-network takes them."""
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
        label += "\n" + span_text(box.interest.low, box.interest.high)
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
    elif box.found:
        style["borderWidth"] = 3
    elif kind in ("unknown", "pseudo") or box.unresolved:
        style["shapeProperties"]["borderDashes"] = [4, 4]
    return style


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
