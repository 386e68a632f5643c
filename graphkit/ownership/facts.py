"""The facts that control and interest rest on, as plain values; no store is needed to hold them.

Invariant: whatever part of the store was read, the registers, rights and blocs of every entity in
it are whole, so that an answer on a part equals the answer on the whole graph.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from graphkit.model.shares import UNKNOWN, Interval, percent_short
from graphkit.ownership.results import Fact

if TYPE_CHECKING:
    from graphkit.store.base import Snapshot


@dataclass(frozen=True, slots=True)
class StakeFact:
    """A holding of one tranche; blank votes and income (None) follow the rules for the entity."""

    holder: str
    entity: str
    capital: Interval
    votes: Interval | None
    income: Interval | None
    tranche: str
    fact: Fact


@dataclass(frozen=True, slots=True)
class RightFact:
    """A right over an entity that is not a holding; `from_id` is whose votes or holding it moves.

    `decisive` and `discretion` are None where the source does not say.
    """

    holder: str
    entity: str
    kind: str
    from_id: str
    decisive: bool | None
    discretion: bool | None
    share: Interval | None
    fact: Fact


@dataclass(frozen=True, slots=True)
class BlocFact:
    """Concert parties (一致行动人) of one agreement; an empty scope means every entity."""

    bloc_id: str
    members: tuple[str, ...]
    scope: tuple[str, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class PartyFact:
    """What a party is; `pseudo` is ``free_float`` or ``nominee`` for pseudo parties, else empty."""

    party_id: str
    kind: str
    name: str
    pseudo: str = ""


@dataclass(frozen=True, slots=True)
class RegisterFact:
    """What is known of an entity's list of holders; `rest_rule` overrides the rule for its kind."""

    entity: str
    complete: bool
    rest_rule: str | None
    fact: Fact


@dataclass(slots=True)
class OwnershipFacts:
    """Everything that was read; a party that is only an end of a link need not be in `parties`."""

    parties: dict[str, PartyFact] = field(default_factory=dict)
    stakes: list[StakeFact] = field(default_factory=list)
    rights: list[RightFact] = field(default_factory=list)
    blocs: list[BlocFact] = field(default_factory=list)
    registers: dict[str, RegisterFact] = field(default_factory=dict)


def interval_text(share: Interval) -> str:
    """The interval as people read it.

    Examples
    --------
    >>> interval_text(Interval(6_000_000_000, 6_000_000_000)), interval_text(UNKNOWN)
    ('60 %', 'an unknown share')
    >>> interval_text(Interval(2_500_000_001, UNKNOWN.high))
    '25.00… to 100 %'
    """
    if share.exact:
        return f"{percent_short(share.low)} %"
    if share == UNKNOWN:
        return "an unknown share"
    return f"{percent_short(share.low)} to {percent_short(share.high)} %"


def read_facts(
    snapshot: Snapshot,
    *,
    upstream_of: Collection[str] | None = None,
    downstream_of: Collection[str] | None = None,
) -> OwnershipFacts:
    """The facts of the whole graph, or of as much as a question about some parties needs.

    `upstream_of`: everything that stands above these parties (their holders, who has rights over
    them, blocs of those, and so on up). `downstream_of`: everything that these parties may reach
    through holdings, rights and blocs, with everything that stands above that. Both may be given.
    Read frontier by frontier, one query a table and level, so a small question reads little.
    """
    from graphkit.ownership.reading import read

    return read(snapshot, upstream_of, downstream_of)
