"""A folder of CSV files into SQLite, a table a file, every row as text and nothing checked."""

from __future__ import annotations

import csv
import sqlite3
import sys
from pathlib import Path


def main() -> None:
    """`python -m benchmarks.other.sqlite_load FOLDER FILE`: prints the rows."""
    folder, place = Path(sys.argv[1]), Path(sys.argv[2])
    place.unlink(missing_ok=True)
    rows = 0
    with sqlite3.connect(place) as database:
        for file in sorted(folder.glob("*.csv")):
            with file.open(encoding="utf-8", newline="") as lines:
                reader = csv.reader(lines)
                columns = next(reader)
                database.execute(f"CREATE TABLE {file.stem} ({', '.join(columns)})")
                holes = ",".join("?" * len(columns))
                insert = f"INSERT INTO {file.stem} VALUES ({holes})"
                rows += database.executemany(insert, reader).rowcount
    print(rows)


if __name__ == "__main__":
    main()
