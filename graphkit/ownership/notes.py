"""Writing evidence: sentences with names and ids, percents cut for reading, steps in order."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from graphkit.model.shares import percent_short
from graphkit.ownership.closure import Seed
from graphkit.ownership.graph import Bloc, OwnershipGraph, Right
from graphkit.ownership.register import Register
from graphkit.ownership.results import Fact, Step

_MOST_NAMED = 6


class Notes:
    """Steps being written about one start set; `alone` are steps about one member of a bloc."""

    def __init__(self, graph: OwnershipGraph, seed: Seed, first: int = 1) -> None:
        self.graph = graph
        self.alone: dict[int, int] = {}
        self._seed = seed
        self._first = first
        self._bloc_step: int | None = None
        self._steps: list[Step] = []
        self._about: dict[int, int] = {}

    @property
    def next_number(self) -> int:
        """The number of the step that is added next."""
        return self._first + len(self._steps)

    def add(
        self,
        text: str,
        facts: Iterable[Fact] = (),
        earlier: Iterable[int] = (),
        about: int | None = None,
    ) -> int:
        """Add a step; its number. `about` is the entity that it says something of."""
        number = self.next_number
        cited = set(earlier)
        if self._bloc_step is not None:
            cited.add(self._bloc_step)
        self._steps.append(Step(number, text, tuple(facts), tuple(sorted(cited))))
        if about is not None:
            self._about[about] = number
        return number

    def add_bloc(self, bloc: Bloc) -> None:
        """Begin with what the agreement says; every later step rests on it."""
        members = join([self.graph.label(m) for m in bloc.members])
        scope = ""
        if bloc.scope is not None:
            scope = " over " + join([self.graph.label(e) for e in sorted(bloc.scope)])
        text = f"{members} act in concert under {bloc.bloc_id}{scope}"
        self._bloc_step = self.add(text, bloc.fact.facts)

    def include(self, other: Notes) -> int:
        """Add the steps of notes that were begun at `next_number`; the last one's number."""
        self._steps += other._steps
        return self.next_number - 1

    def steps(self) -> tuple[Step, ...]:
        """The steps written so far."""
        return tuple(self._steps)

    def step_of(self, party: int, _entity: int | None = None) -> int | None:
        """The number of the step about a party, if there is one."""
        return self._about.get(party)

    def subject(self, seed: Seed | None = None) -> str:
        """The start set by name."""
        return join([self.graph.label(m) for m in sorted((seed or self._seed).members)])

    def verb(self, seed: Seed | None = None) -> str:
        """What the start set does, in the right number."""
        return "controls" if len((seed or self._seed).members) == 1 else "together control"

    def does(self, seed: Seed) -> str:
        """The auxiliary verb for the start set, in the right number."""
        return "does" if len(seed.members) == 1 else "do"

    def hold(self, entity: int, register: Register, parties: Collection[int]) -> str:
        """What these parties certainly hold of an entity, against what all others have."""
        low, high = sums(register, parties)
        ours, theirs = register.surely(low, high)
        exact = register.maybe(low, high) == (ours, theirs) and not register.over_full
        least, most = ("", "") if exact else ("at least ", "at most ")
        return (
            f"{self.holders(parties)} {least}{percent_short(ours)} % of the votes of "
            f"{self.graph.label(entity)}, all others {most}{percent_short(theirs)} %"
        )

    def holders(self, parties: Collection[int]) -> str:
        """The parties by name, with the verb to hold."""
        names = join([self.graph.label(p) for p in sorted(parties)])
        return f"{names} holds" if len(parties) == 1 else f"{names} together hold"


def sums(register: Register, parties: Collection[int]) -> tuple[int, int]:
    """The stated minimums and maximums of these parties, summed."""
    chosen = set(parties)
    rows = zip(register.holders, register.low, register.high, strict=True)
    picked = [(low, high) for holder, low, high in rows if holder in chosen]
    return sum(p[0] for p in picked), sum(p[1] for p in picked)


def right_text(graph: OwnershipGraph, right: Right) -> str:
    """A right as a sentence."""
    return (
        f"{graph.label(right.holder)} has the right {right.kind} over {graph.label(right.entity)}"
    )


def join(names: list[str], most: int = _MOST_NAMED) -> str:
    """Names as a list for reading; a long one is cut and says how many more there are.

    Examples
    --------
    >>> join(["a", "b", "c"]), join(["a", "b", "c"], most=1)
    ('a, b and c', 'a and 2 more')
    """
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
