"""Files in, canonical tables out; every row accepted or quarantined with its reason.

Public: :func:`read` and :func:`sources`.

A loader is a folder
--------------------
``loaders/<source>/loader.toml`` and one SQL file a canonical table. No Python. ::

    title = "Broker's credit files"
    version = "1"
    reader = "csv"                 # csv, sqlite or parquet; [files.*] may say otherwise
    supersedes = "day"             # changes (by key), feed (the whole source), day (its dates)
    licence = "the broker's own data"
    example = "graphkit load rzrq export/"

    [csv]                          # for all csv files; [files.*] may say otherwise
    encoding = "gb18030"           # or utf-8 (the default); a UTF-8 BOM wins
    delimiter = ","
    quote = '"'                    # "" for files in which a quote is a character like any other
    comment = "#"                  # lines that begin so are no records; default: none
    max_lines_per_record = 1       # more where quoted fields may hold line ends
    trailing_empty_fields = true   # rows may end in more, empty fields than the header has

    [files.fund]                   # becomes the raw table "fund"
    pattern = "*_RZRQ_FUND.*.csv"  # or a list; case of letters is ignored
    columns = ["fund_account", "fund_asset"]   # the header must have them, in any order
    optional = ["remark"]          # and may have these; any other column refuses the file
    required = true                # a load without such a file is refused; default: false
    # table = "company"            # sqlite: the table of the file that is read

    [units]                        # rates; without a word here: a fraction
    "contract.rate" = "percent"    # the text is a percent; divided by 100, exactly

    [origin.contract]              # what messages call a canonical column
    rate = "year_rate"

The SQL
-------
``contract.sql`` is one DuckDB SELECT over the raw tables. Each has the file's columns as text (an
empty field is NULL; an optional column that the file lacks is all NULL; a table without a file is
there and empty), ``_file`` and ``_line`` (a physical line; the record's number in SQLite and
Parquet). It gives ``_file``, ``_line`` and any of the canonical table's *input* columns as TEXT, in
the forms that ``canonical`` files have: dates YYYY-MM-DD, plain decimals, yes/no, percents 0 to 100
in ``percent`` (or ``percent_min`` and ``percent_max``) instead of ``capital_min``. Columns left out
are blank; '' and NULL are both blank. Text that can't be converted is passed on as it stands: the
one validation behind all loaders then quarantines the row and says why. Never cast to a number in
SQL (a DOUBLE would not be exact, and a cast that fails stops the load); work on text. Local ids get
their prefix here: ``'kek:' || id`` is NULL, thus an empty key, where the id is.

A raw row that fails in one canonical table is quarantined whole: all that it fed is dropped.
``file`` in facts is the file's name as given relative to the folder; for SQLite ``name#table``.
"""

from __future__ import annotations

from graphkit.ingest.load import read
from graphkit.ingest.loader import FileSpec, Loader, sources

__all__ = ["FileSpec", "Loader", "read", "sources"]
