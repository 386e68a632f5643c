"""One self-contained page about a party: chart, panel with evidence, table.

pyvis builds the chart's data, our autoescaping template and a vendored vis-network show it. The
page asks the network for nothing, runs only the two scripts whose hashes its policy names, and
holds the data as JSON that is never run.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import graphkit
from graphkit.model.identifiers import mask
from graphkit.model.write import plain, visible
from graphkit.resources import folder
from graphkit.views.chart import Chart
from graphkit.views.drawing import drawing
from graphkit.views.panel import Subject, panel
from graphkit.views.templates import template, trusted

_REASONS = 3


def party_page(subject: Subject, chart: Chart, *, unmask: bool = False) -> str:
    """The page as HTML text; resident IDs and phone numbers are masked unless `unmask`."""

    def show(text: str) -> str:
        return visible(text if unmask else mask(text))

    graph, owners = subject.graph, subject.owners
    nodes, edges = drawing(graph, chart, show)
    focus = graph.number(subject.party)
    data = {
        "nodes": nodes,
        "edges": edges,
        "boxes": [panel(subject, box, show) for box in chart.boxes.values()],
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


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _json(data: object) -> Any:
    """JSON that can't end its script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return trusted(text)
