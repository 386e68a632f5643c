"""The lines of a chunk of CSV, judged all at once: which is one whole record, which isn't and why.

The judgement is exact, not a guess: a line is a record when its quotes open at the start of a
field, close at its end (``""`` inside stands for one), and it has as many fields as the header.
What remains after it can be read by any CSV parser in one way only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from graphkit.ingest.loader import FileSpec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GOOD, SKIP, UNDECODABLE, CONTROL, UNCLOSED, STRAY, FEW, MANY = range(8)
_NUL, _LF, _CR = 0, 10, 13


@dataclass(slots=True)
class Lines:
    """The lines of a chunk and the state of each.

    A line runs from its start to its end; its line break (carriage return aside) comes behind. Of a
    good line only what stands before its cut is kept: empty fields may hang on behind the last.
    """

    data: bytes
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    breaks: NDArray[np.int64]
    state: NDArray[np.uint8]
    cuts: NDArray[np.int64]
    trimmed: bool = False

    def text(self, index: int, last: int | None = None) -> str:
        """Line `index` (up to line `last`) as text."""
        end = self.ends[index if last is None else last]
        return self.data[self.starts[index] : end].decode("utf-8", "backslashreplace")

    def good(self) -> bytes:
        """The good lines, one after the other."""
        import numpy as np

        keep_line = self.state == GOOD
        if keep_line.all() and not self.trimmed:
            return self.data
        edge = np.zeros(len(self.data) + 2, np.int8)
        edge[self.starts[keep_line]] += 1
        edge[self.cuts[keep_line]] -= 1
        keep = np.cumsum(edge[: len(self.data)], dtype=np.int8).astype(bool)
        ends = self.breaks[keep_line]
        keep[ends[ends < len(self.data)]] = True
        kept: bytes = np.frombuffer(self.data, np.uint8)[keep].tobytes()
        return kept


def judge(data: bytes, spec: FileSpec, width: int, undecodable: list[int]) -> Lines:
    """The lines of `data` (UTF-8, whole lines) with their states; records have `width` fields."""
    import numpy as np

    a = np.frombuffer(data, np.uint8)
    breaks = np.flatnonzero(a == _LF)
    if not data.endswith(b"\n"):
        breaks = np.append(breaks, len(a))
    starts = np.concatenate(([0], breaks[:-1] + 1))
    ends = breaks.copy()
    has_cr = ends > starts
    has_cr[has_cr] = a[ends[has_cr] - 1] == _CR
    ends[has_cr] -= 1
    lines = Lines(data, starts, ends, breaks, np.zeros(len(starts), np.uint8), ends)
    state = lines.state

    delimiters = np.flatnonzero(a == ord(spec.delimiter))
    if spec.quote and spec.quote.encode() in data:
        delimiters = _quotes(a, lines, spec, delimiters)
    first = np.searchsorted(delimiters, starts)
    count = np.searchsorted(delimiters, ends) - first
    more = (count >= width) & (state == GOOD)
    if spec.trailing_empty_fields and more.any():
        cut = delimiters[first[more] + width - 1]  # where the last field of the header ends
        empty = ends[more] - cut == count[more] - width + 1  # nothing but delimiters behind it
        where = np.flatnonzero(more)[empty]
        lines.cuts = ends.copy()
        lines.cuts[where] = cut[empty]
        lines.trimmed = True
        more[where] = False
    state[more] = MANY
    state[(count < width - 1) & (state == GOOD)] = FEW

    if b"\0" in data or data.count(b"\r") > has_cr.sum():
        control = np.flatnonzero((a == _NUL) | (a == _CR))
        line = np.searchsorted(breaks, control)
        inside = ~(has_cr[line] & (control == breaks[line] - 1))
        state[line[inside]] = CONTROL
    state[undecodable] = UNDECODABLE
    state[breaks - has_cr == starts] = SKIP
    for comment in (spec.comment.encode(),) if spec.comment else ():
        mark = ends - starts >= len(comment)
        for place, byte in enumerate(comment):
            mark[mark] = a[starts[mark] + place] == byte
        state[mark] = SKIP
    return lines


def _quotes(
    a: NDArray[np.uint8], lines: Lines, spec: FileSpec, delimiters: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The delimiters outside quotes; lines whose quotes are wrong are marked."""
    import numpy as np

    mark, delimiter = ord(spec.quote), ord(spec.delimiter)
    quotes = np.flatnonzero(a == mark)
    line = np.searchsorted(lines.breaks, quotes)
    first = np.searchsorted(quotes, lines.starts)
    rank = np.arange(len(quotes)) - first[line]
    before = a[np.maximum(quotes - 1, 0)]
    after = a[np.minimum(quotes + 1, len(a) - 1)]
    opens = rank % 2 == 0
    fits = np.where(
        opens,
        (quotes == lines.starts[line]) | (before == delimiter) | (before == mark),
        (quotes + 1 == lines.ends[line]) | (after == delimiter) | (after == mark),
    )
    lines.state[line[~fits]] = STRAY
    odd = np.bincount(line, minlength=len(lines.starts)) % 2 == 1
    lines.state[odd] = UNCLOSED
    of = np.searchsorted(lines.breaks, delimiters)
    inside = (np.searchsorted(quotes, delimiters) - first[of]) % 2 == 1
    outside: NDArray[np.int64] = delimiters[~inside]
    return outside


def fields(text: str, delimiter: str, quote: str) -> list[str] | None:
    """The fields of one record, line ends in quotes allowed; None when its quotes are wrong.

    Examples
    --------
    >>> fields('a,"b ""c"", d",', ",", '"')
    ['a', 'b "c", d', '']
    >>> fields('a,b"c', ",", '"') is None
    True
    """
    if not quote or quote not in text:
        return text.split(delimiter)
    found, at = [], 0
    while True:
        if text[at : at + 1] == quote:
            value, at = "", at + 1
            while True:
                close = text.find(quote, at)
                if close < 0:
                    return None
                value += text[at:close]
                at = close + 1
                if text[at : at + 1] != quote:
                    break
                value, at = value + quote, at + 1
            if at < len(text) and text[at] != delimiter:
                return None
        else:
            end = text.find(delimiter, at)
            end = len(text) if end < 0 else end
            value, at = text[at:end], end
            if quote in value:
                return None
        found.append(value)
        if at >= len(text):
            return found
        at += 1
