"""What would settle a party: the gaps on file above it, those that bear most on it first.

A gap is a company of which holders or shares aren't known, or a right of which it isn't known
whether it decides. How much a gap bears on the party is an upper bound: for control the votes in
the party of the company and of what it may control by its own links, for interest what of the
party may flow through it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from graphkit.model.shares import FULL
from graphkit.ownership.above import above_of
from graphkit.ownership.bounds import Sheet
from graphkit.ownership.interest import status
from graphkit.ownership.interest_flow import Flow, Rests
from graphkit.ownership.interest_sheets import View, view_of
from graphkit.ownership.interest_steps import share_text
from graphkit.ownership.owners_open import Open
from graphkit.ownership.owners_reach import links_of, reach, votes_through
from graphkit.ownership.owners_words import at_most, few

if TYPE_CHECKING:
    from graphkit.ownership.graph import OwnershipGraph
    from graphkit.ownership.profile import Profile

SHOWN = 8
_WEIGHED = 40
"""Of how many gaps of a limb it is computed what they bear on; the others are further down."""


@dataclass(slots=True)
class _Gap:
    """A gap in words: what it `decides`, or the `votes` and `interest` that it bears on at most."""

    text: str
    decides: str = ""
    votes: Fraction = Fraction(0)
    interest: Fraction = Fraction(0)
    controls: bool = False
    limbs: set[str] = field(default_factory=set)

    def key(self) -> tuple[bool, Fraction, Fraction, str]:
        """Sorts what bears most on the party first."""
        most = max(self.votes, self.interest)
        return (not self.decides, -most, -self.votes - self.interest, self.text)

    def said(self) -> str:
        """The gap, and what it settles or bears on."""
        on = []
        if self.votes and not self.decides:
            on.append(f"up to {at_most(self.votes)} of the votes")
        elif self.controls and not self.decides:
            on.append("who may control it")
        if self.interest:
            on.append(f"up to {at_most(self.interest)} of the interest")
        bears = [f"bears on {' and '.join(on)}"] if on else []
        does = " and ".join([self.decides, *bears] if self.decides else bears)
        return f"{self.text}; {does}" if does else self.text


def to_settle(
    graph: OwnershipGraph,
    target: int,
    profile: Profile,
    control: Open | None,
    interest: Flow | None,
    *,
    over: Collection[int] = (),
) -> list[str]:
    """What would settle the limbs that are open, most important first; the last line counts.

    `control` is what keeps that limb open, `interest` the flow with which that limb was judged;
    None where the limb is settled. Where only `over` keep interest open, companies that certainly
    have more than the line, it is only asked who is behind them.
    """
    gaps: dict[str, _Gap] = {}
    label = graph.label(target)
    if control is not None:
        for party in control.tops:
            if control.tops[party].sure:
                gap = _gap(gaps, _behind(graph, party, control.tops[party].closed), "control")
                gap.decides = f"decides who controls {label}"
        for party in control.lost:
            gap = _gap(gaps, f"who is behind {graph.label(party)}: its holders, rights", "control")
            gap.decides = f"decides who controls {label} together with others"
        if control.undetermined:
            _control_gaps(graph, target, gaps)
    if interest is not None:
        _interest_gaps(graph, target, profile, gaps, flow=interest, over=over)
    if control is not None and not any("control" in gap.limbs for gap in gaps.values()):
        _gap(gaps, f"who is behind {label}: its kind, holders, rights", "control")
    if interest is not None and not any("interest" in gap.limbs for gap in gaps.values()):
        _gap(gaps, f"the holders of {label}", "interest")
    order = sorted(gaps.values(), key=_Gap.key)
    lines = [gap.said() for gap in order[:SHOWN]]
    left = order[SHOWN:]
    if left:
        counts = {
            limb: count
            for limb in ("control", "interest")
            if (count := sum(limb in gap.limbs for gap in left))
        }
        limbs = f", for {' and '.join(counts)}"
        if any(count < len(left) for count in counts.values()):
            limbs = ": " + ", ".join(f"{count} for {limb}" for limb, count in counts.items())
        lines.append(f"{len(left)} more {'gap' if len(left) == 1 else 'gaps'} above it{limbs}")
    return lines


def _gap(gaps: dict[str, _Gap], text: str, limb: str) -> _Gap:
    gap = gaps.setdefault(text, _Gap(text))
    gap.limbs.add(limb)
    return gap


def _behind(graph: OwnershipGraph, party: int, closed: bool) -> str:
    """What to ask about a party at the top."""
    missing = _missing(graph, party)
    label = graph.label(party)
    if missing:
        return missing
    if not closed:
        view = view_of(graph, "votes", [party])
        for _, text in _register(graph, view, party, _one(graph), _votes(graph, party)):
            return text
        return f"who is behind {label}: its holders, rights"
    if graph.votes[party] is None:
        return f"who decides over {label}: a partner, manager or trustee"
    return f"rights, proxies or agreements over {label} that are not on file"


def _missing(graph: OwnershipGraph, party: int) -> str:
    """What to ask about a party of whom no holder is on file; blank where one is or need be."""
    label = graph.label(party)
    kind = status(graph, party)
    if kind == "no_register":
        return f"the holders of {label}: none is on file"
    return f"what {label} is, and who holds it" if kind == "kind_unknown" else ""


def _control_gaps(graph: OwnershipGraph, target: int, gaps: dict[str, _Gap]) -> None:
    above = above_of(graph)
    upstream = above.ancestors([target], blocs=True)
    view, rests = view_of(graph, "votes", upstream), _one(graph)
    found: list[tuple[int, int, str]] = []
    for party in upstream:
        known = _register(graph, view, party, rests, _votes(graph, party))
        found += [(party, share, text) for share, text in known]
    for entity in upstream:
        for right in graph.rights_over.get(entity, ()):
            if not right.certain:
                who = graph.label(right.holder)
                text = f"whether the right {right.kind} of {who} over {graph.label(entity)} decides"
                found.append((entity, FULL, text))
    first = _gap_order(found, reach(lambda e: _over(graph, view, e), target))
    for n, (party, share, text) in enumerate(first):
        gap = _gap(gaps, text, "control")
        if n < _WEIGHED:
            votes = share if party == target else votes_through(graph, party, target)
            gap.votes = max(gap.votes, Fraction(votes, FULL))
            gap.controls |= party == target or target in above.may(party)


def _interest_gaps(
    graph: OwnershipGraph,
    target: int,
    profile: Profile,
    gaps: dict[str, _Gap],
    *,
    flow: Flow,
    over: Collection[int],
) -> None:
    view = view_of(graph, profile.measure, [target])
    found: list[tuple[int, int, str]] = []
    for party in over or view.place:
        votes = profile.measure == "votes" and _votes(graph, party)
        known = _register(graph, view, party, flow.rests, votes)
        found += [(party, share, text) for share, text in known]
    first = _gap_order(found, reach(lambda e: links_of(view, e), target))
    for n, (party, share, text) in enumerate(first):
        gap = _gap(gaps, text, "interest")
        if n < _WEIGHED:
            part = Fraction(share, FULL)
            if party != target:
                bounds = flow.of(party).get(target)
                part *= bounds.high if bounds else 0
            gap.interest = max(gap.interest, part)


def _register(
    graph: OwnershipGraph, view: View, party: int, rests: Rests, votes: bool
) -> Iterable[tuple[int, str]]:
    """The gap in one register, at most one: how much of it isn't known, and in words.

    `votes` says that the register is one of votes that aren't as the capital is.
    """
    missing = _missing(graph, party)
    if missing:
        yield FULL, missing
        return
    sheet = view.sheets.get(party)
    if sheet is None:
        return
    label, what = graph.label(party), "votes" if votes else "shares"
    if sheet.over_full:
        yield FULL, f"the right {what} in {label}: they sum to more than 100 %"
        return
    # A dispersed rest counts for as much of it as one holder may own.
    rest = rests.part(sheet, None)
    shares, width = _shares(graph, sheet)
    if rest:
        who = "votes in" if votes else "holders of"
        most = at_most(Fraction(sheet.rest_high, FULL))
        text = f"the {who} {label}: up to {most} is nobody's on file"
        text += ", dispersed" if rest < sheet.rest_high else ""
        yield max(rest, width), f"{text}, {shares}" if shares else text
    elif shares:
        yield width, f"the {what} in {label}: {shares}"


def _one(graph: OwnershipGraph) -> Rests:
    """How much of a rest one undisclosed holder may own, where control is asked."""
    return Rests(every=False, hidden_most=graph.line.hidden_most)


def _votes(graph: OwnershipGraph, party: int) -> bool:
    """Whether the votes in a party are on file apart from its capital."""
    return graph.capital[party] is not None and graph.votes[party] is not graph.capital[party]


def _shares(graph: OwnershipGraph, sheet: Sheet) -> tuple[str, int]:
    """Shares without a number, the widest first, in words; and how much of the register that is."""
    wide = [link for link in sheet.links if link.low < link.high]
    if not wide:
        return "", 0
    wide.sort(key=lambda link: (link.low - link.high, link.holder))
    names = [
        f"{graph.label(link.holder)} "
        f"{share_text(Fraction(link.low, FULL), Fraction(link.high, FULL))}"
        for link in wide
    ]
    known = sheet.own_low + sheet.others_low
    width = min(FULL, max(0, FULL - known), sum(link.high - link.low for link in wide))
    return few(names), width


def _over(graph: OwnershipGraph, view: View, entity: int) -> Iterable[tuple[int, int]]:
    """Who stands above an entity, and how much of what it decides that may be."""
    register, sheet = graph.votes[entity], view.sheets.get(entity)
    for link in sheet.links if sheet is not None else ():
        alone = register is not None and register.possible_with_rest(*link[1:], graph.line)
        yield link.holder, FULL if alone else link.high
    for right in graph.rights_over.get(entity, ()):
        yield right.holder, FULL
    for bloc in graph.blocs_of.get(entity, ()):
        for member in bloc.members:
            yield member, FULL


def _gap_order(
    found: list[tuple[int, int, str]], reach: dict[int, int]
) -> list[tuple[int, int, str]]:
    return sorted(found, key=lambda g: (-reach.get(g[0], 0) * g[1], g[2]))
