"""Whose transfers count for a group: its members, and for one issuer their concert parties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphkit.clients.group import Group, Link, Standing

if TYPE_CHECKING:
    from graphkit.rules.book import Rulebook
    from graphkit.store.base import Snapshot


@dataclass(frozen=True, slots=True)
class Person:
    """A party whose transfers count for a group.

    `member` is the member of the group that it is, or acts in concert with (then `concert` is that
    link: concert over company X joins for X only, SEMANTICS.md section 10).
    """

    group: Group
    member: str
    standing: Standing
    concert: Link | None = None


@dataclass(frozen=True, slots=True)
class Roles:
    """Who of one group gives and who takes in a transfer; at least one of the two."""

    given: Person | None
    taken: Person | None

    @property
    def role(self) -> str:
        """``out``, ``in``, or ``within`` when both sides are of the group."""
        return "within" if self.given and self.taken else "out" if self.given else "in"

    @property
    def person(self) -> Person:
        """The side that the group link is told to: a certain member first, then the giver."""
        sides = [p for p in (self.given, self.taken) if p is not None]
        return min(sides, key=lambda p: p.standing == "possible")


class Persons:
    """The groups that a party's transfer of a security counts for."""

    def __init__(self, snapshot: Snapshot, rules: Rulebook, groups: Sequence[Group]) -> None:
        self._member_of: dict[str, list[Person]] = defaultdict(list)
        for group in groups:
            for member in group.members:
                self._member_of[member.party_id].append(
                    Person(group, member.party_id, member.standing)
                )
        self._rank = rules["link_ranks"].value["concert"]
        self._kinds = rules["concert_relation_kinds"].value
        self._partners = self._read_partners(snapshot)

    def of(self, party: str, scope: Collection[str]) -> list[Person]:
        """The persons that a party is for the groups, in a security with `scope`.

        `scope` holds the security's code and its issuer. A group counts once: as its own member
        before in concert.
        """
        found = {p.group.group_id: p for p in self._member_of.get(party, [])}
        partners = sorted(self._partners.get(party, []), key=lambda w: (w[0], w[1] or "", w[2]))
        for partner, about, fact, text in partners:
            if about is not None and about not in scope:
                continue
            link = Link(partner, party, "concert", text, (fact,), self._rank)
            for person in self._member_of.get(partner, []):
                joined = Person(person.group, partner, person.standing, link)
                held = found.get(person.group.group_id)
                if held is None or (held.standing, joined.standing) == ("possible", "member"):
                    found[person.group.group_id] = joined
        return [found[group_id] for group_id in sorted(found)]

    def _read_partners(
        self, snapshot: Snapshot
    ) -> dict[str, list[tuple[str, str | None, str, str]]]:
        """For each party its concert parties: (partner, what it is about or None, fact, text)."""
        found: dict[str, list[tuple[str, str | None, str, str]]] = defaultdict(list)
        columns = ["a", "b", "scope_id", "standing", "fact_id"]
        for a, b, about, standing, fact in snapshot.rows(
            "relation", columns, where="kind", among=self._kinds
        ):
            if standing == "presumed":
                continue
            over = f" over {about}" if about else ""
            found[a].append((b, about or None, fact, f"{a} acts in concert with {b}{over}"))
            found[b].append((a, about or None, fact, f"{b} acts in concert with {a}{over}"))
        scopes: dict[str, set[str]] = defaultdict(set)
        for bloc_id, entity in snapshot.rows("bloc_scope", ["bloc_id", "entity_id"]):
            scopes[bloc_id].add(entity)
        blocs: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for bloc_id, member, fact in snapshot.rows("bloc", ["bloc_id", "member_id", "fact_id"]):
            blocs[bloc_id].append((member, fact))
        for bloc_id, members in blocs.items():
            for a, _ in members:
                for b, fact in members:
                    if a != b:
                        text = f"{a} acts in concert with {b} under {bloc_id}"
                        abouts: list[str | None] = [*sorted(scopes[bloc_id])] or [None]
                        found[b] += [(a, about, fact, text) for about in abouts]
        return found
