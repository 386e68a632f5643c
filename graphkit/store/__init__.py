"""Stores of facts: one small abstract class, the embedded DuckDB store behind it.

What was known when
-------------------
Two times stand beside every fact. *As of* is time in the world: the day a holding is held, the
business date of a price. *Known at* is when a load told of it. Nothing is ever updated or deleted,
so what was believed at an earlier moment can be read again, as it was:

- load 1, known at 5 January: P holds 60 % of A;
- load 2, known at 8 January: P holds 51 % of A; this closes the fact of load 1;
- load 3, known at 9 January: load 2 is withdrawn; its fact and its closing stop counting.

========================  ==========================================  =====================
read at                   loads that count                            P holds of A
========================  ==========================================  =====================
known at 7 January        1                                           60 %
known at 8 January        1, 2                                        51 %
known at 9 January        1, 3 (2 is withdrawn)                       60 %
known at 8 January again  1, 2 (3 comes later: it changes nothing)    51 %
========================  ==========================================  =====================

A load that restates what is believed already adds nothing but its own record: the fact stays known
from the load that told it first. One that restates what was closed or withdrawn adds it again, with
the same fact id, known from then. Withdrawing a load therefore takes back its facts also where a
later load restated them; the withdrawal says so, and loading the later files again mends it.

How a feed supersedes (:data:`graphkit.model.batch.Supersedes`), always within its own source:

- ``changes``: other content under the same key closes the former;
- ``feed``: what the load's tables leave out is closed as well; a party row that only says that an
  id occurs is not;
- ``day``: in tables with a business ``date`` (day tables, and events such as fills), what the load
  leaves out of the days that it brings is closed; fact tables behave as in ``changes``.

Two sources never close each other's facts. Where they state one key differently, the one stated
last is read, and the load that brought the difference raises ``conflicting-sources``.

Who is one party
----------------
Ids whose believed identifiers agree in a strong scheme are one party. All its rows are shown under
the id stated first; asking for any of its ids finds them. Names never join. Of holdings under
several ids of one party, those of the source that spoke last are read: two that one source gives
add up, two of different sources tell of the same holding.

The file
--------
``graphkit.duckdb`` is opened only while something is read or committed. Many may read at once; one
who writes is alone. A commit is one transaction: killed at any moment, the store opens again with
the last finished load. :mod:`graphkit.store.layout` says what lies in the file.
"""

from graphkit.store.opening import DEFAULT_PLACE, open_store

__all__ = ["DEFAULT_PLACE", "open_store"]
