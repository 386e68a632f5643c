"""Positions of a layered chart, computed here so that the page needs no physics.

Owners stand above what they own: levels are longest paths over the condensation of the graph
(members of a cycle share one level), rows are ordered by the barycentre heuristic.
Source: Sugiyama, Tagawa, Toda, Methods for visual understanding of hierarchical system structures,
IEEE Trans. SMC 11(2), 1981, doi:10.1109/TSMC.1981.4308636.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

SPACING = 210
LAYER = 170
ROW = 110
ROW_BOXES = 12
_SWEEPS = 12


def levels(focus: int, nodes: Sequence[int], edges: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Level of each node: 0 the focus, negative above (owners), positive below (holdings).

    `edges` go from holder to held. A node both above and below the focus counts as above.

    Examples
    --------
    >>> levels(1, [0, 1, 2, 3], [(0, 1), (1, 2), (0, 3), (3, 1)])
    {0: -2, 1: 0, 2: 1, 3: -1}
    """
    import networkx as nx

    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(nodes)
    graph.add_edges_from((a, b) for a, b in edges if a != b)
    above = nx.ancestors(graph, focus)
    below = nx.descendants(graph, focus) - above
    found = {focus: 0}
    found.update(_depths(graph.subgraph(above).reverse(), sign=-1))
    found.update(_depths(graph.subgraph(below), sign=1))
    loose = [n for n in nodes if n not in found]
    top = min(found.values(), default=0)
    found.update(dict.fromkeys(loose, top - 1))
    return {n: found[n] for n in nodes}


def _depths(graph: nx.DiGraph[int], sign: int) -> dict[int, int]:
    import networkx as nx

    packed = nx.condensation(graph)
    depth: dict[int, int] = {}
    for part in nx.topological_sort(packed):
        depth[part] = max((depth[p] + 1 for p in packed.predecessors(part)), default=1)
    return {
        node: sign * depth[part] for part, members in packed.nodes("members") for node in members
    }


def positions(
    level: Mapping[int, int], edges: Sequence[tuple[int, int]]
) -> dict[int, tuple[int, int]]:
    """Pixel positions (x, y) of the centres of the boxes.

    Layers of more than :data:`ROW_BOXES` boxes break into several rows.

    Examples
    --------
    >>> positions({0: -1, 1: 0, 2: 1}, [(0, 1), (1, 2)])
    {0: (0, -170), 1: (0, 0), 2: (0, 170)}
    """
    near: dict[int, list[int]] = defaultdict(list)
    for a, b in edges:
        if a != b:
            near[a].append(b)
            near[b].append(a)
    layers: dict[int, list[int]] = defaultdict(list)
    for node in level:
        layers[level[node]].append(node)
    order = sorted(layers)
    x = {node: i * float(SPACING) for row in layers.values() for i, node in enumerate(row)}
    for sweep in range(_SWEEPS):
        for depth in order if sweep % 2 == 0 else reversed(order):
            _arrange(layers[depth], near, x)
    return _rows(layers, order, x)


def _arrange(row: list[int], near: Mapping[int, list[int]], x: dict[int, float]) -> None:
    wish = {node: fmean(x[m] for m in near[node]) if near[node] else x[node] for node in row}
    row.sort(key=lambda node: (wish[node], node))
    placed: list[float] = []
    for node in row:
        placed.append(max(wish[node], placed[-1] + SPACING) if placed else wish[node])
    shift = fmean(wish[n] for n in row) - fmean(placed)
    for node, where in zip(row, placed, strict=True):
        x[node] = where + shift


def _rows(
    layers: Mapping[int, list[int]], order: Sequence[int], x: Mapping[int, float]
) -> dict[int, tuple[int, int]]:
    """Break long layers into rows and stack everything around level 0."""
    broken = {depth: _break(layers[depth]) for depth in order}
    y = {0: 0.0}
    top = bottom = 0.0
    for depth in sorted((d for d in order if d < 0), reverse=True):
        top -= LAYER + ROW * (len(broken[depth]) - 1)
        y[depth] = top
    bottom += ROW * (len(broken.get(0, [[]])) - 1)
    for depth in (d for d in order if d > 0):
        bottom += LAYER
        y[depth] = bottom
        bottom += ROW * (len(broken[depth]) - 1)
    found: dict[int, tuple[int, int]] = {}
    for depth in order:
        rows = broken[depth]
        for r, row in enumerate(rows):
            if len(rows) == 1:
                places = [x[node] for node in row]
            else:
                offset = SPACING / 2 if r % 2 else 0.0
                middle = fmean(x[node] for node in layers[depth])
                width = SPACING * (len(row) - 1)
                places = [middle - width / 2 + i * SPACING + offset for i in range(len(row))]
            for node, place in zip(row, places, strict=True):
                found[node] = (round(place), round(y[depth] + ROW * r))
    return dict(sorted(found.items()))


def _break(row: list[int]) -> list[list[int]]:
    if len(row) <= ROW_BOXES:
        return [row]
    rows = -(-len(row) // ROW_BOXES)
    return [row[r::rows] for r in range(rows)]
