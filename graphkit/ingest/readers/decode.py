"""Bytes to UTF-8, strictly, line by line where a chunk doesn't decode as a whole."""

from __future__ import annotations

import re

from graphkit.ingest.loader import ENCODINGS

_ASCII = re.compile(rb"[\x00-\x7f]*")
_ENOUGH = 3
"""Lines outside ASCII from which the encoding of a whole file is judged."""
_HOPELESS = 1000
"""Undecodable lines without a decodable one after which reading stops."""


class Decoder:
    """Turns chunks of whole lines into UTF-8 and judges whether the encoding was right."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.other = next(e for e in ENCODINGS if e != encoding)
        self.first_bad = 0
        self._good = 0
        self._bad = 0
        self._bad_fits_other = True
        self._all_fits_other = True
        self._wide = 0

    def utf8(self, chunk: bytes, first_line: int) -> tuple[bytes, list[int]]:
        """The chunk in UTF-8, line for line, and the indexes of the lines that don't decode.

        Of such a line only the start stays, up to the first byte outside ASCII.
        """
        if chunk.isascii():
            return chunk, []
        self._note_other(chunk)
        try:
            text = chunk.decode(self.encoding)
        except UnicodeDecodeError:
            return self._by_line(chunk, first_line)
        self._good += 1
        return (chunk if self.encoding == "utf-8" else text.encode("utf-8")), []

    def _note_other(self, chunk: bytes) -> None:
        if self.encoding == "gb18030" and self._all_fits_other:
            self._all_fits_other = _decodes(chunk, "utf-8")
            self._wide += len(chunk) - len(chunk.translate(None, bytes(range(128, 256))))

    def _by_line(self, chunk: bytes, first_line: int) -> tuple[bytes, list[int]]:
        lines = chunk.split(b"\n")
        bad = []
        for index, line in enumerate(lines):
            if line.isascii():
                continue
            try:
                lines[index] = line.decode(self.encoding).encode("utf-8")
                self._good += 1
            except UnicodeDecodeError:
                bad.append(index)
                self._bad += 1
                self.first_bad = self.first_bad or first_line + index
                self._bad_fits_other = self._bad_fits_other and _decodes(line, self.other)
                start = _ASCII.match(line)
                lines[index] = (start[0] if start else b"") + b"?"
        return b"\n".join(lines), bad

    @property
    def hopeless(self) -> bool:
        """Whether so many lines failed, and none passed, that reading on is of no use."""
        return self._good == 0 and self._bad >= _HOPELESS

    def wrong(self) -> str | None:
        """The encoding that the whole file seems to be in instead, "" if unknown; None: all right.

        A file is in another encoding when at least three lines outside ASCII fail and none decodes;
        also when all of it is UTF-8 although GB18030 was declared (which seldom fails to decode),
        nine bytes outside ASCII or more.
        """
        if self._good == 0 and self._bad >= _ENOUGH:
            return self.other if self._bad_fits_other else ""
        if self.encoding == "gb18030" and self._all_fits_other and self._wide >= 3 * _ENOUGH:
            return "utf-8"
        return None


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
