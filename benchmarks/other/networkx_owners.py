"""Interests in one party with networkx: products of midpoints summed over simple paths, floats.

No bounds, no rests, no cycles solved (simple paths cut them), no evidence: prints the holders.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from math import prod
from pathlib import Path

import networkx as nx

from benchmarks.other.rows import stakes
from benchmarks.shares import WHOLE


def main() -> None:
    """`python -m benchmarks.other.networkx_owners FOLDER PARTY`."""
    graph: nx.DiGraph[str] = nx.DiGraph()
    for holder, entity, low, high in stakes(Path(sys.argv[1])):
        graph.add_edge(holder, entity, share=(low + high) / 2 / WHOLE)
    party = sys.argv[2]
    above = graph.subgraph(nx.ancestors(graph, party) | {party})
    found = 0
    for holder in above:
        if above.in_degree(holder) == 0:
            paths = nx.all_simple_paths(above, holder, party)
            walked = (prod(above.edges[a, b]["share"] for a, b in pairwise(p)) for p in paths)
            found += sum(walked) > 0
    print(found)


if __name__ == "__main__":
    main()
