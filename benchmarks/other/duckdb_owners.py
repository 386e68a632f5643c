"""Everything above one party by a recursive query on an unordered DuckDB table of text ids.

The closure alone: no interests, no control, no evidence. The file is what ``duckdb_load`` makes.
"""

from __future__ import annotations

import sys

QUERY = """
WITH RECURSIVE above(party) AS (
    SELECT ? UNION SELECT holder_id FROM stake JOIN above ON entity_id = party
)
SELECT count(*) FROM above
"""


def main() -> None:
    """`python -m benchmarks.other.duckdb_owners FILE PARTY`: prints the parties."""
    import duckdb

    with duckdb.connect(sys.argv[1], read_only=True) as database:
        found = database.execute(QUERY, [sys.argv[2]]).fetchone()
    print(found[0] if found else 0)


if __name__ == "__main__":
    main()
