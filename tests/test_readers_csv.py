"""The CSV reader: what is a record, what isn't and why, and that nothing is lost."""

from __future__ import annotations

import csv
import dataclasses
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkit.ingest.faults import FileRefused
from graphkit.ingest.loader import FileSpec
from graphkit.ingest.readers import RawFile, read_file
from graphkit.ingest.readers import csv as reader
from graphkit.ingest.readers.lines import fields


def read(data: bytes, columns: str = "a,b,c", **more: object) -> RawFile:
    """What the reader makes of these bytes."""
    given_columns = tuple(columns.split(","))
    spec = FileSpec("t", "csv", ("*.csv",), given_columns, **more)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "t.csv"
        path.write_bytes(data)
        raw = read_file(path, "t.csv", spec, None)
        texts = raw.raw([2, *(f.line for f in raw.faults)] if raw.records else [])
    for fault in raw.faults:
        assert fault.raw == texts[fault.line]
    return dataclasses.replace(raw, raw=lambda lines: {line: texts[line] for line in lines})


def rows(raw: RawFile) -> list[tuple[int, list[str]]]:
    """(line, cells) of every record that was read."""
    lists = [raw.table[c].to_pylist() for c in (*raw.columns, "_line")]
    return sorted((line, list(cells)) for *cells, line in zip(*lists, strict=True))


def faults(raw: RawFile) -> list[tuple[int, str, str]]:
    return [(f.line, f.code, f.column) for f in raw.faults]


# Line ends: LF, CRLF, CR alone, and none behind the last line, are one file.
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends(end: str, last: bool) -> None:
    text = end.join(["a,b,c", "1,2,3", "", "4,,6"]) + (end if last else "")
    raw = read(text.encode())
    assert rows(raw) == [(2, ["1", "2", "3"]), (4, ["4", "", "6"])]
    assert (raw.records, raw.faults) == (2, [])


def test_bom_quotes_and_order_of_columns() -> None:
    raw = read(b'\xef\xbb\xbf"c",b,a\n"x ""y"", z",,"\xe5\xbc\xa0"\n')
    assert raw.columns == ("c", "b", "a")
    assert rows(raw) == [(2, ['x "y", z', "", "张"])]


def test_values_are_kept_byte_for_byte() -> None:
    hostile = ["=cmd()", "<img onerror=x>", "\u202eabc", " 0 ", "NULL", "nan", "\x01\t", "\\N"]
    text = "a,b\n" + "".join(f"{v},\u3000x\n" for v in hostile)
    assert [cells[0] for _, cells in rows(read(text.encode(), "a,b"))] == hostile


# Header only: nothing read, nothing wrong. No header at all: refused.
def test_header_only() -> None:
    assert read(b"a,b,c").records == 0
    for nothing in (b"", b"\n\r\n"):
        with pytest.raises(FileRefused) as refusal:
            read(nothing)
        assert refusal.value.fault.code == "empty_file"


def test_comments_are_no_records_only_where_declared() -> None:
    data = b"# made by hand\na,b,c\n#x,1,2\n1,2,3\n"
    raw = read(data, comment="#")
    assert (rows(raw), raw.records) == ([(4, ["1", "2", "3"])], 1)
    assert rows(read(data[15:])) == [(2, ["#x", "1", "2"]), (3, ["1", "2", "3"])]


def test_trailing_empty_fields_only_where_declared() -> None:
    data = b"a,b,c,\n1,2,3,,,\n1,2,3,x,\n1,2,3\n,,,\n1,2\n"
    raw = read(data, trailing_empty_fields=True)
    assert rows(raw) == [(2, ["1", "2", "3"]), (4, ["1", "2", "3"]), (5, ["", "", ""])]
    assert faults(raw) == [(3, "too_many_fields", "c"), (6, "too_few_fields", "c")]
    assert faults(read(data[0:5] + b"\n" + data[7:])) == [
        (2, "too_many_fields", "c"),
        (3, "too_many_fields", "c"),
        (5, "too_many_fields", "c"),
        (6, "too_few_fields", "c"),
    ]


def test_every_kind_of_broken_row_costs_one_row() -> None:
    raw = read(
        b"a,b,c\n"
        b"1,2,3\n"
        b'1,"2,3\n'  # the quote never closes
        b'1,2"x",3\n'  # a quote inside a field
        b'1,"2"x,3\n'  # text behind a closing quote
        b"1,2\n"
        b"1,2,3,4\n"
        b"1,\xff,3\n"
        b"1,\x00,3\n"
        b"1,x\ry,3\n"
        b'"1","2","3"\n'
    )
    assert rows(raw) == [(2, ["1", "2", "3"]), (11, ["1", "2", "3"])]
    assert faults(raw) == [
        (3, "unclosed_quote", "b"),
        (4, "stray_quote", "b"),
        (5, "stray_quote", "b"),
        (6, "too_few_fields", "c"),
        (7, "too_many_fields", "c"),
        (8, "undecodable", "b"),
        (9, "control_character", "b"),
        (10, "control_character", "b"),
    ]
    assert raw.records == 10


def test_line_ends_in_quotes_where_the_loader_allows_them() -> None:
    data = b'a,b,c\n1,"x\ny\n\nz",3\n"p\n",2,"q\nr"\n1,"never,3\n4,5,6\n7,8,9\n1,"open\n'
    raw = read(data, max_lines_per_record=4)
    assert rows(raw) == [
        (2, ["1", "x\ny\n\nz", "3"]),
        (6, ["p\n", "2", "q\nr"]),
        (10, ["4", "5", "6"]),
        (11, ["7", "8", "9"]),
    ]
    # line 9: the quote would close only in line 12, but then '1,"never,3...7,8,9\n1,"open' goes
    # on behind its closing quote; line 12: nothing follows
    assert faults(raw) == [(9, "unclosed_quote", "b"), (12, "unclosed_quote", "b")]
    assert raw.records == 6
    assert raw.raw([2])[2] == '1,"x\ny\n\nz",3'


def test_records_over_chunk_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    data = "a,b,c\n" + "".join(f'{i},"x\n{i}",张{i}\n' for i in range(300)) + '9,"'
    for size in (1, 7, 64, 1000):
        monkeypatch.setattr(reader, "CHUNK", size)
        raw = read(data.encode("gb18030"), encoding="gb18030", max_lines_per_record=2)
        assert [cells for _, cells in rows(raw)] == [
            [str(i), f"x\n{i}", f"张{i}"] for i in range(300)
        ]
        assert faults(raw) == [(602, "unclosed_quote", "b")]


def test_gb18030() -> None:
    text = "a,b,c\n1,证券|简称,㐀𠀀\n"
    raw = read(text.encode("gb18030"), encoding="gb18030")
    assert rows(raw) == [(2, ["1", "证券|简称", "㐀𠀀"])]
    marked = read(b"\xef\xbb\xbf" + text.encode(), encoding="gb18030")
    assert rows(marked) == rows(raw)


@pytest.mark.parametrize(
    ("data", "declared", "says"),
    [
        ("a,b,c\n1,甲,2\n1,乙,2\n1,丙,2\n".encode("gb18030"), "utf-8", "seems to be GB18030"),
        ("a,b,c\n1,甲乙,2\n1,丙,2\n".encode(), "gb18030", "seems to be UTF-8"),
        ("a,b,c\n1,é,2\n1,ö,2\n1,ü,2\n".encode("latin-1"), "utf-8", "Convert it to UTF-8"),
        ("a,b,c\n1,2,3\n".encode("utf-16"), "utf-8", "'UTF-16'; expected text in UTF-8"),
        ("甲,b,c\n1,2,3\n".encode("gb18030"), "utf-8", "expected text in UTF-8"),
    ],
)
def test_a_file_in_another_encoding_is_refused(data: bytes, declared: str, says: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        read(data, encoding=declared)
    assert refusal.value.fault.code == "wrong_encoding"
    assert says in str(refusal.value)


def test_reading_stops_where_the_encoding_is_hopeless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "CHUNK", 1 << 12)
    data = b"a,b,c\n" + "1,甲,2\n".encode("gb18030") * 5000
    with pytest.raises(FileRefused, match="GB18030"):
        read(data)


def test_one_undecodable_row_among_good_ones_is_quarantined() -> None:
    raw = read("a,b,c\n1,甲,2\n".encode() + b"1,\xbc\xd7,2\n")
    assert (len(rows(raw)), faults(raw)) == (1, [(3, "undecodable", "b")])


def test_no_quoting() -> None:
    raw = read(b'a,b,c\n1,"2,3"\n', quote="")
    assert rows(raw) == [(2, ["1", '"2', '3"'])]


# An independent reading of the rule, line by line: the reader agrees on every input.
LINE = st.text(alphabet='a1," #\r\x00é', max_size=12)


@settings(max_examples=400, deadline=None)
@given(lines=st.lists(LINE, max_size=12), trailing=st.booleans(), size=st.integers(1, 40))
def test_judgement_equals_a_slow_one(lines: list[str], trailing: bool, size: int) -> None:
    good, bad, records = [], 0, 0
    for number, line in enumerate(lines, 2):
        text = line.removesuffix("\r")
        if not text or text.startswith("#"):
            continue
        records += 1
        cells = fields(text, ",", '"')
        if cells is not None and trailing:
            raw_cells = text.split(",")
            while len(cells) > 2 and raw_cells[-1] == "":
                cells.pop()
                raw_cells.pop()
        if "\0" in text or "\r" in text or cells is None or len(cells) != 2:
            bad += 1
        else:
            good.append((number, cells))
    data = "\n".join(["a,b", *lines]).encode()
    before, reader.CHUNK = reader.CHUNK, size
    try:
        raw = read(data, "a,b", comment="#", trailing_empty_fields=trailing)
    finally:
        reader.CHUNK = before
    assert rows(raw) == good
    assert (raw.records, len(raw.faults)) == (records, bad)


# Well-formed files as Python's own module writes them are read as it reads them.
CELL = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=8)


@settings(max_examples=200, deadline=None)
@given(
    table=st.lists(st.tuples(CELL, CELL, CELL), max_size=20),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
)
def test_well_formed_files_are_read_whole(
    table: list[tuple[str, str, str]], quoting: int, end: str, encoding: str
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]
    writer.writerows([("a", "b", "c"), *table])
    data = out.getvalue().encode(encoding)
    try:
        raw = read(data, encoding=encoding)
    except FileRefused as refusal:  # GB18030 bytes that all happen to be UTF-8
        assert refusal.fault.code == "wrong_encoding"
        assert encoding == "gb18030"
        data.decode("utf-8")
        return
    assert [cells for _, cells in rows(raw)] == [list(row) for row in table]
    assert raw.faults == []


@settings(max_examples=300, deadline=None)
@given(
    garbage=st.binary(max_size=300),
    header=st.booleans(),
    encoding=st.sampled_from(["utf-8", "gb18030"]),
    most=st.integers(1, 3),
    size=st.integers(1, 60),
)
def test_garbage_is_counted_or_refused(
    garbage: bytes, header: bool, encoding: str, most: int, size: int
) -> None:
    before, reader.CHUNK = reader.CHUNK, size
    try:
        raw = read(
            (b"a,b,c\n" if header else b"") + garbage, encoding=encoding, max_lines_per_record=most
        )
    except FileRefused:
        return
    finally:
        reader.CHUNK = before
    assert raw.records == raw.table.num_rows + len(raw.faults)
