"""Positions of a layered chart, computed here so that the page needs no physics.

Owners stand above what they own: levels are longest paths over the condensation of the graph
(members of a cycle share one level), rows are ordered by the barycentre heuristic.
Source: Sugiyama, Tagawa, Toda, Methods for visual understanding of hierarchical system structures,
IEEE Trans. SMC 11(2), 1981, doi:10.1109/TSMC.1981.4308636.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import fmean
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

SPACING = 210
LAYER = 170
ROW = 112
_LABELS = 30  # more room before a layer of several rows: labels of its second row show between
_SWEEPS = 12
_ROW_BOXES = range(4, 15)
_SHAPE = (960, 700)


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
    return {node: sign * depth[part] for part in packed for node in packed.nodes[part]["members"]}


def routed(
    level: dict[int, int], edges: Sequence[tuple[int, int]], first: int
) -> tuple[dict[int, int], list[list[tuple[int, int]]]]:
    """Levels with waypoints added, and each edge as its segments through them.

    An edge that passes a level gets a waypoint there (numbers from `first` downwards), so that it
    runs between the boxes and not behind them.

    Examples
    --------
    >>> routed({1: -2, 2: -1, 3: 0}, [(1, 3), (2, 3)], -1)
    ({1: -2, 2: -1, 3: 0, -1: -1}, [[(1, -1), (-1, 3)], [(2, 3)]])
    """
    found, paths = dict(level), []
    for a, b in edges:
        step = 1 if level[b] > level[a] else -1
        stops = [a]
        for passed in range(level[a] + step, level[b], step) if a != b else ():
            found[first] = passed
            stops.append(first)
            first -= 1
        stops.append(b)
        paths.append(list(pairwise(stops)))
    return found, paths


def positions(
    level: Mapping[int, int], edges: Sequence[tuple[int, int]]
) -> dict[int, tuple[int, int]]:
    """Pixel positions (x, y) of the centres of the boxes.

    Long layers break into several rows; of the row lengths tried, the one is taken whose picture
    fits a page of the usual shape at the largest scale.

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
    x = {node: i * float(SPACING) for row in layers.values() for i, node in enumerate(row)}
    depths = sorted(layers)
    for sweep in range(_SWEEPS):
        for depth in depths if sweep % 2 == 0 else reversed(depths):
            _arrange(layers[depth], near, x)
    tried = [_placed(layers, near, x, boxes) for boxes in _ROW_BOXES]
    return dict(sorted(max(tried, key=_scale).items()))


def _arrange(row: list[int], near: Mapping[int, list[int]], x: dict[int, float]) -> None:
    """Order a row by the mean place of its neighbours, and space it around where it wants to be."""
    wish = {node: fmean(x[m] for m in near[node]) if near[node] else x[node] for node in row}
    row.sort(key=lambda node: (wish[node], node))
    x.update(_spaced([(node, wish[node]) for node in row]))


def _spaced(wishes: Sequence[tuple[int, float]]) -> dict[int, float]:
    placed: list[float] = []
    for _, wish in wishes:
        placed.append(max(wish, placed[-1] + SPACING) if placed else wish)
    shift = fmean(wish for _, wish in wishes) - fmean(placed)
    return {node: place + shift for (node, _), place in zip(wishes, placed, strict=True)}


def _placed(
    layers: Mapping[int, list[int]],
    near: Mapping[int, list[int]],
    x: Mapping[int, float],
    boxes: int,
) -> dict[int, tuple[int, int]]:
    """Final places from level 0 outward, no row longer than `boxes`."""
    found: dict[int, tuple[int, int]] = {}
    edge = {-1: 0.0, 1: 0.0}
    for depth in sorted(layers, key=lambda d: (abs(d), d)):
        side = -1 if depth < 0 else 1
        rows = _broken(layers[depth], boxes)
        room = LAYER + (_LABELS if len(rows) > 1 else 0)
        top = edge[side] + (side * room if depth else 0)
        for r, row in enumerate(rows):
            inner = {
                n: [float(found[m][0]) for m in near[n] if m in found] or [x[n]]
                for n in layers[depth]
            }
            middle = fmean(fmean(inner[n]) for n in layers[depth])
            if len(rows) == 1:
                places = _spaced(sorted(((n, fmean(inner[n])) for n in row), key=lambda p: p[1]))
            else:
                left = middle - SPACING * (len(row) - 1) / 2 + (SPACING / 2 if r % 2 else 0)
                places = {n: left + i * SPACING for i, n in enumerate(row)}
            edge[side] = top + side * ROW * r
            found |= {n: (round(place), round(edge[side])) for n, place in places.items()}
    return found


def _broken(row: list[int], boxes: int) -> list[list[int]]:
    rows = -(-len(row) // boxes)
    return [row[r::rows] for r in range(rows)]


def _scale(found: Mapping[int, tuple[int, int]]) -> float:
    xs, ys = [x for x, _ in found.values()], [y for _, y in found.values()]
    return min(_SHAPE[0] / (max(xs) - min(xs) + SPACING), _SHAPE[1] / (max(ys) - min(ys) + LAYER))
