"""Strongly connected components without recursion, for chains of any length."""

from __future__ import annotations

from collections.abc import Mapping


def components(links: Mapping[int, list[int]]) -> list[list[int]]:
    """The strongly connected components of a graph, each sorted, those linked to before others.

    `links` maps every node to the nodes that it links to. Tarjan's algorithm (SIAM J. Computing 1
    (1972) 146-160, doi:10.1137/0201010) with a stack of its own.

    Examples
    --------
    >>> components({1: [2], 2: [1, 3], 3: []})
    [[3], [1, 2]]
    """
    number: dict[int, int] = {}
    lowest: dict[int, int] = {}
    waiting: list[int] = []
    on_stack: set[int] = set()
    found: list[list[int]] = []
    for root in sorted(links):
        if root in number:
            continue
        number[root] = lowest[root] = len(number)
        waiting.append(root)
        on_stack.add(root)
        path = [(root, iter(links[root]))]
        while path:
            node, following = path[-1]
            for after in following:
                if after not in number:
                    number[after] = lowest[after] = len(number)
                    waiting.append(after)
                    on_stack.add(after)
                    path.append((after, iter(links[after])))
                    break
                if after in on_stack:
                    lowest[node] = min(lowest[node], number[after])
            else:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[node])
                if lowest[node] == number[node]:
                    component: list[int] = []
                    while not component or component[-1] != node:
                        component.append(waiting.pop())
                        on_stack.discard(component[-1])
                    found.append(sorted(component))
    return found
