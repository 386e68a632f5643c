"""Control by walking majority links with networkx: prints the pairs it finds.

What many a script does: a link above half, or a decisive right, is control, and control passes on.
It has no joint control, no interval and no undetermined answer, so it finds fewer pairs.
"""

from __future__ import annotations

import sys
from pathlib import Path

import networkx as nx

from benchmarks.other.rows import decisive, votes
from benchmarks.shares import WHOLE


def main() -> None:
    """`python -m benchmarks.other.networkx_control FOLDER`."""
    folder = Path(sys.argv[1])
    graph: nx.DiGraph[str] = nx.DiGraph()
    for holder, entity, low, _ in votes(folder):
        if low * 2 > WHOLE:
            graph.add_edge(holder, entity)
    graph.add_edges_from(decisive(folder))
    print(sum(len(nx.descendants(graph, party)) for party in graph))


if __name__ == "__main__":
    main()
