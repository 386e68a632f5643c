"""A folder of CSV files into DuckDB by its own sniffing reader: the least that a load can cost.

Nothing is checked, quarantined, hashed or told apart by time; one stray quote loses the file.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """`python -m benchmarks.other.duckdb_load FOLDER FILE`: prints the rows."""
    import duckdb

    folder, place = Path(sys.argv[1]), Path(sys.argv[2])
    place.unlink(missing_ok=True)
    rows = 0
    with duckdb.connect(str(place)) as database:
        for file in sorted(folder.glob("*.csv")):
            source = f"read_csv('{file.as_posix()}', all_varchar = true)"
            database.execute(f"CREATE TABLE {file.stem} AS SELECT * FROM {source}")
            counted = database.execute(f"SELECT count(*) FROM {file.stem}").fetchone()
            rows += counted[0] if counted else 0
    print(rows)


if __name__ == "__main__":
    main()
