"""CSV: a streaming pass that judges every line exactly, then Arrow's parser on what is left.

One stray quote must cost one row, and every record must be counted by someone who isn't the parser.
So each chunk is decoded strictly and its lines are judged (:mod:`graphkit.ingest.readers.lines`);
only whole, unambiguous records reach the parser, and it must give back as many rows as it got.
Each record knows its physical line.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from graphkit.ingest.faults import FileRefused, expected
from graphkit.ingest.loader import FileSpec
from graphkit.ingest.readers import Progress, RawFile, lines
from graphkit.ingest.readers.decode import Decoder
from graphkit.ingest.readers.header import check_columns
from graphkit.ingest.readers.lines import Lines, fields, judge
from graphkit.ingest.readers.rowfaults import row_fault
from graphkit.model.batch import FileStamp
from graphkit.model.findings import Fault

if TYPE_CHECKING:
    import pyarrow as pa

CHUNK = 8 << 20
_BOM = b"\xef\xbb\xbf"
_WIDE = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


def read(path: Path, name: str, spec: FileSpec, progress: Progress | None = None) -> RawFile:
    """The records of a CSV file as text columns; rows that aren't records as faults.

    Raises
    ------
    FileRefused
        When the file is empty, in another encoding, or its columns are not those of `spec`.
    """
    import pyarrow as pa

    work = _Work(path, name, spec)
    digest = hashlib.sha256()
    total = path.stat().st_size
    done = 0
    with path.open("rb") as handle:
        for chunk, final in work.chunks(handle, digest.update):
            work.take(chunk, final)
            done += len(chunk)
            if progress:
                progress(f"read {name}", done, total)
    work.finish()
    columns = {c: pa.string() for c in work.columns}
    schema = pa.schema({**columns, "_line": pa.int64()})
    return RawFile(
        spec=spec,
        name=name,
        stamp=FileStamp(name, digest.hexdigest(), done),
        columns=work.columns,
        table=pa.Table.from_batches(
            [b for part in work.parts for b in part.to_batches()], schema=schema
        ),
        records=work.records,
        raw=work.raw,
        faults=work.faults,
    )


def _block(handle: BinaryIO) -> bytes:
    block = handle.read(CHUNK)
    return block + handle.read(1) if block.endswith(b"\r") else block  # CR LF stays together


@dataclass(slots=True)
class _Work:
    """What is known of a file while it is read."""

    path: Path
    name: str
    spec: FileSpec
    columns: tuple[str, ...] = ()
    parts: list[pa.Table] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    records: int = 0
    line: int = 1
    offset: int = 0
    marks: list[tuple[int, int]] = field(default_factory=list)
    joined: dict[int, str] = field(default_factory=dict)
    decoder: Decoder | None = None
    carried: tuple[bytes, list[int]] = (b"", [])
    header: str = ""
    line_feeds: bool = True

    def chunks(
        self, handle: BinaryIO, update: Callable[[bytes], None]
    ) -> Iterator[tuple[bytes, bool]]:
        """The file in chunks of whole lines, with whether each is the last.

        A file whose only line ends are carriage returns is given with line feeds instead.
        """
        parts: list[bytes] = []
        known = False
        block = _block(handle)
        while block:
            update(block)
            following = _block(handle)
            if not known and (b"\n" in block or b"\r" in block):
                known, self.line_feeds = True, b"\n" in block
            if not self.line_feeds:
                block = block.replace(b"\r", b"\n")
            cut = block.rfind(b"\n") + 1
            if not following:
                yield b"".join((*parts, block)), True
                return
            if cut:
                yield b"".join((*parts, block[:cut])), False
                parts = [block[cut:]]
            else:
                parts.append(block)
            block = following

    def take(self, chunk: bytes, final: bool) -> None:
        """Read the records of a chunk of whole lines."""
        start = self.line + self.carried[0].count(b"\n")
        self.marks.append((start, self.offset))
        self.offset += len(chunk)
        if self.decoder is None:
            chunk = self._begin(chunk)
        assert self.decoder is not None
        data, bad = self.decoder.utf8(chunk, start)
        if self.decoder.hopeless:
            self.finish()
        if self.carried[0]:
            bad = self.carried[1] + [b + start - self.line for b in bad]
            data = self.carried[0] + data
            self.carried = (b"", [])
        if not self.columns:
            data, bad = self._head(data, bad)
        if data:
            self._body(data, bad, final)

    def _begin(self, chunk: bytes) -> bytes:
        for mark, encoding in _WIDE:
            if chunk.startswith(mark):
                wanted = self.spec.encoding.upper()
                raise self._refuse(
                    "wrong_encoding", encoding, f"Save the file as {wanted}.", wanted
                )
        marked = chunk.startswith(_BOM)
        self.decoder = Decoder("utf-8" if marked else self.spec.encoding)
        return chunk[len(_BOM) :] if marked else chunk

    def _head(self, data: bytes, bad: list[int]) -> tuple[bytes, list[int]]:
        """The chunk without its header and what stands before it; the columns are then known."""
        comment, skipped = self.spec.comment.encode(), 0
        while data:
            head, _, data = data.partition(b"\n")
            head = head.removesuffix(b"\r")
            here, self.line, skipped = self.line, self.line + 1, skipped + 1
            if not head or (comment and head.startswith(comment)):
                continue
            if skipped - 1 in bad:
                raise self._wrong_encoding(here)
            self.header = head.decode()
            names = fields(self.header, self.spec.delimiter, self.spec.quote) or [self.header]
            while self.spec.trailing_empty_fields and names and not names[-1]:
                names.pop()
            check_columns(names, self.name, self.spec, self.header, here)
            self.columns = tuple(names)
            return data, [b - skipped for b in bad if b >= skipped]
        return b"", []

    def _body(self, data: bytes, bad: list[int], final: bool) -> None:
        found = judge(data, self.spec, len(self.columns), bad)
        count = len(found.starts)
        if self.spec.max_lines_per_record > 1:
            count = self._join(found, final)
            if count < len(found.starts):
                self.carried = (data[found.starts[count] :], [b - count for b in bad if b >= count])
                found.state[count:] = lines.SKIP
        self._parse(found)
        unread = (found.state == lines.UNDECODABLE).nonzero()[0] + self.line
        texts = self.raw(unread.tolist()) if len(unread) else {}
        for index in (found.state > lines.SKIP).nonzero()[0].tolist():
            state, line = int(found.state[index]), self.line + index
            text = texts.get(line) or found.text(index)
            self.faults.append(row_fault(state, text, (self.name, line), self.columns, self.spec))
            self.records += 1
        self.line += count

    def _parse(self, found: Lines) -> None:
        import pyarrow as pa
        from pyarrow import csv

        good = (found.state == lines.GOOD).nonzero()[0]
        if not len(good):
            return
        table = csv.read_csv(
            pa.BufferReader(found.good()),
            csv.ReadOptions(column_names=list(self.columns)),
            csv.ParseOptions(
                delimiter=self.spec.delimiter,
                quote_char=self.spec.quote or False,
                double_quote=True,
                escape_char=False,
                newlines_in_values=False,
                ignore_empty_lines=False,
            ),
            csv.ConvertOptions(
                column_types={c: pa.string() for c in self.columns},
                strings_can_be_null=False,
                check_utf8=False,
            ),
        )
        if table.num_rows != len(good):
            raise AssertionError(
                f"{self.name}: {len(good)} records from line {self.line}, {table.num_rows} parsed"
            )
        self.records += len(good)
        self.parts.append(table.append_column("_line", pa.array(good + self.line)))

    def _join(self, found: Lines, final: bool) -> int:
        """Join lines into records with line ends in quotes; the number of lines that are done."""
        most, last = self.spec.max_lines_per_record, len(found.starts) - 1
        texts: list[list[str]] = []
        at: list[int] = []
        free = 0
        for first in (found.state == lines.UNCLOSED).nonzero()[0].tolist():
            if first < free:
                continue
            end, record = self._closing(found, first, min(first + most - 1, last))
            if end is None and first + most - 1 > last and not final:
                self._add(texts, at)
                return int(first)
            if end is not None and record is not None:
                found.state[first : end + 1] = lines.SKIP
                self.joined[self.line + first] = found.text(first, end)
                texts.append(record)
                at.append(self.line + first)
                free = end + 1
        self._add(texts, at)
        return last + 1

    def _closing(self, found: Lines, first: int, most: int) -> tuple[int | None, list[str] | None]:
        marks = 0
        for end in range(first, most + 1):
            if found.state[end] in (lines.UNDECODABLE, lines.CONTROL):
                return None, None
            marks += found.text(end).count(self.spec.quote)
            if marks % 2 == 0:
                text = found.text(first, end)
                record = fields(text, self.spec.delimiter, self.spec.quote)
                width = len(self.columns)
                if record and self.spec.trailing_empty_fields:
                    while len(record) > width and not record[-1]:
                        record.pop()
                return end, record if record and len(record) == width else None
        return None, None

    def _add(self, texts: list[list[str]], at: list[int]) -> None:
        import pyarrow as pa

        if texts:
            arrays = [pa.array(column, pa.string()) for column in zip(*texts, strict=True)]
            self.parts.append(
                pa.table([*arrays, pa.array(at, pa.int64())], [*self.columns, "_line"])
            )
            self.records += len(texts)

    def finish(self) -> None:
        """Refuse the file where it turned out to be empty or in another encoding."""
        if self.decoder is not None and (other := self.decoder.wrong()) is not None:
            raise self._wrong_encoding(self.decoder.first_bad or 1, other)
        if not self.columns:
            wanted = ", ".join(self.spec.columns)
            raise self._refuse("empty_file", "", "Is it the right file?", wanted)

    def _wrong_encoding(self, line: int, other: str = "") -> FileRefused:
        assert self.decoder is not None
        seems = f"It seems to be {other.upper()}; convert it" if other else "Convert it"
        wanted = self.decoder.encoding.upper()
        advice = f"{seems} to {wanted}, or declare its encoding in the loader."
        text = self.raw([line]).get(line, "")
        columns = self.columns or tuple(text.split(self.spec.delimiter))
        fault = row_fault(lines.UNDECODABLE, text, (self.name, line), columns, self.spec)
        wrong = expected("wrong_encoding", wanted)
        return FileRefused(replace(fault, code="wrong_encoding", expected=wrong), advice)

    def _refuse(self, code: str, value: str, advice: str, wanted: str) -> FileRefused:
        place = (self.name, 1)
        fault = Fault(code, *place, "", value, expected(code, wanted), "", self.spec.name)
        return FileRefused(fault, advice)

    def raw(self, wanted: Collection[int]) -> dict[int, str]:
        """The records that start at some physical lines, as they stand in the file."""
        found = {line: self.joined[line] for line in wanted if line in self.joined}
        rest = sorted(set(wanted) - set(found))
        encoding = self.decoder.encoding if self.decoder else "utf-8"
        with self.path.open("rb") as handle:
            for (first, offset), (after, end) in zip(
                self.marks, [*self.marks[1:], (1 << 62, -1)], strict=True
            ):
                here = rest[bisect_left(rest, first) : bisect_left(rest, after)]
                if not here:
                    continue
                handle.seek(offset)
                data = handle.read(end - offset if end >= 0 else -1)
                if not self.line_feeds:
                    data = data.replace(b"\r", b"\n")
                split = data.removeprefix(_BOM if offset == 0 else b"").split(b"\n")
                for line in here:
                    found[line] = (
                        split[line - first].removesuffix(b"\r").decode(encoding, "backslashreplace")
                    )
        return found
