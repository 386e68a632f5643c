"""The one client (同一客户): a group, its members, and the links that join them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["L1", "L2"]
Standing = Literal["member", "possible"]


@dataclass(frozen=True, slots=True)
class Link:
    """Why two parties of a group belong together.

    `kind` is ``control`` (a controls b), ``product``, a relation kind such as ``spouse``, or
    ``decision``; `rank` orders links from strongest (0) to weakest by dated data; `facts` are fact
    ids; `text` is one sentence for people, without ids masked.
    """

    a: str
    b: str
    kind: str
    text: str
    facts: tuple[str, ...]
    rank: int
    standing: Standing = "member"


@dataclass(frozen=True, slots=True)
class Member:
    """A party of a group."""

    party_id: str
    standing: Standing
    client: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A link that does not join: from `a`, which a guard or a rule stops, to `b` in the group.

    `guard` says which (``state asset body``, ``manager's right alone``, ``kept apart``, ...).
    """

    a: str
    b: str
    guard: str
    text: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """One client: parties joined by links; `links` span the members (a reason for each).

    `group_id` is ``<level>:<id>`` with the smallest client id of the group. `accounts` are those of
    its members by client id. `unresolved` lists members whose owner is unresolved: such a group has
    room 0 until decided. Where several groups share their smallest client (a fund with two
    controllers stands in both), ``@<controller>`` follows in the id. `stopped` names the links at
    its border that a guard stopped.
    """

    group_id: str
    level: Level
    controllers: tuple[str, ...]
    members: tuple[Member, ...]
    links: tuple[Link, ...]
    accounts: tuple[str, ...]
    possible_accounts: tuple[str, ...] = ()
    unresolved: tuple[str, ...] = ()
    stopped: tuple[Stop, ...] = ()
