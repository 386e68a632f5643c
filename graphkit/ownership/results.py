"""What the ownership stage answers with: verdicts, rows and evidence, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Verdict = Literal["yes", "no", "undetermined"]
HolderStatus = Literal["ultimate", "no_register", "kind_unknown", "intermediate"]
Limb = Literal["benefit", "control", "interest"]
"""The limbs of 穿透核查: who enjoys the benefit, who controls, who holds more than the line."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that evidence rests on: its id and where it was read."""

    fact_id: str
    table: str
    text: str
    source: str
    file: str
    line: int
    valid_from: str
    valid_to: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of evidence: a sentence, the facts and the numbers of earlier steps it rests on."""

    number: int
    text: str
    facts: tuple[Fact, ...] = ()
    earlier: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ControlRow:
    """What a party (or a set of parties, ids joined by commas) controls.

    `votes_min` is the least of its certain set, `votes_max` the most of its listed set without the
    rest, both in parts per 10**10. Only yes and undetermined are listed.
    """

    controller_id: str
    entity_id: str
    verdict: Verdict
    votes_min: int
    votes_max: int


@dataclass(frozen=True, slots=True)
class Controller:
    """An ultimate controller of an entity.

    `parties` is one id (sole), the members of a ring, or the members of a bloc (joint).
    `ground` is ``votes`` or ``right:<kind>`` (the decisive right it ends with, ``right:a+b`` where
    the chain uses several) .
    """

    parties: tuple[str, ...]
    form: Literal["sole", "ring", "bloc"]
    ground: str
    verdict: Verdict
    bloc_id: str = ""


@dataclass(frozen=True, slots=True)
class InterestRow:
    """The interest of a holder in an entity, exact fractions of the whole.

    `high` counts stated links; `rest_high` is the upper bound with every rest given to the holder,
    less `high`.
    """

    holder_id: str
    entity_id: str
    low: Fraction
    high: Fraction
    rest_high: Fraction
    holder_status: HolderStatus


@dataclass(frozen=True, slots=True)
class Person:
    """A person (or state body) found behind a party, by one limb, with its verdict and evidence."""

    party_id: str
    limb: Limb
    verdict: Verdict
    ground: str
    low: Fraction | None
    high: Fraction | None
    rest_high: Fraction | None
    joint_with: tuple[str, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Owners:
    """Who is behind a party by a profile, and whether that is settled.

    `status` is ``resolved`` or ``unresolved``; `reasons` say why it is unresolved, `settle` what
    would settle it. `attributed` holds, for each person, the attributed holding of SEMANTICS.md
    section 3 (the 55 % beside the 41 %) as (least, most) in parts per 10**10. `notes` say what a
    reader should know even of a settled answer.
    """

    party_id: str
    profile: str
    status: Literal["resolved", "unresolved"]
    reasons: tuple[str, ...]
    settle: tuple[str, ...]
    persons: tuple[Person, ...]
    attributed: dict[str, tuple[int, int]]
    notes: tuple[str, ...] = ()
