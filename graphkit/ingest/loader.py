"""Loaders: folders with a ``loader.toml`` and one SQL file a canonical table; no Python.

The format is explained in :mod:`graphkit.ingest`.
"""

from __future__ import annotations

import difflib
import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from graphkit.ingest.vocabulary import inputs
from graphkit.model.batch import Supersedes
from graphkit.model.errors import UsageError
from graphkit.model.tables import tables
from graphkit.resources import folder

READERS = ("csv", "sqlite", "parquet")
ENCODINGS = ("utf-8", "gb18030")
UNITS = ("fraction", "percent")
_TOP = {
    "title",
    "version",
    "reader",
    "supersedes",
    "licence",
    "example",
    "canonical",
    "csv",
    "files",
    "units",
    "origin",
}
_CSV = {
    "encoding",
    "delimiter",
    "quote",
    "comment",
    "max_lines_per_record",
    "trailing_empty_fields",
}
_FILE = _CSV | {"pattern", "reader", "columns", "optional", "required", "table"}


@dataclass(frozen=True, slots=True)
class FileSpec:
    """What files of one kind look like; each kind becomes one raw table of its name."""

    name: str
    reader: str
    patterns: tuple[str, ...]
    columns: tuple[str, ...]
    optional: tuple[str, ...] = ()
    required: bool = False
    table: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    comment: str = ""
    max_lines_per_record: int = 1
    trailing_empty_fields: bool = False

    @property
    def known(self) -> tuple[str, ...]:
        """Every column that a file may have."""
        return self.columns + self.optional


@dataclass(frozen=True, slots=True)
class Loader:
    """A source format as its folder describes it."""

    name: str
    title: str
    version: str
    reader: str
    supersedes: Supersedes
    licence: str
    example: str
    folder: Path
    files: tuple[FileSpec, ...]
    sql: dict[str, str] = field(default_factory=dict)
    units: dict[tuple[str, str], str] = field(default_factory=dict)
    origin: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def canonical(self) -> bool:
        """Whether the files are canonical tables already, so that no SQL is needed."""
        return not self.sql


def sources(loader_dirs: Sequence[Path] = ()) -> list[Loader]:
    """Every loader, by name: graphkit's own, then those of the folders in `loader_dirs`.

    Raises
    ------
    UsageError
        When a folder does not exist, a ``loader.toml`` is wrong, or two loaders share a name.
    """
    found: dict[str, Loader] = {}
    for place in (folder("loaders"), *loader_dirs):
        if not place.is_dir():
            raise UsageError(f"{place}: no such folder of loaders")
        for entry in sorted(place.iterdir()):
            if (entry / "loader.toml").is_file():
                loader = read_loader(entry)
                if loader.name in found:
                    raise UsageError(
                        f"two loaders are called {loader.name!r}: {found[loader.name].folder} and "
                        f"{entry}; rename one of the folders"
                    )
                found[loader.name] = loader
    return [found[name] for name in sorted(found)]


def find(source: str, loader_dirs: Sequence[Path] = ()) -> Loader:
    """The loader called `source`; UsageError names the nearest when there is none."""
    known = {loader.name: loader for loader in sources(loader_dirs)}
    if source in known:
        return known[source]
    near = difflib.get_close_matches(source, known, 1)
    raise UsageError(
        f"no loader {source!r}{f'; did you mean {near[0]!r}?' if near else ''}; "
        f"known: {', '.join(known)} (`graphkit sources` tells more)"
    )


def read_loader(place: Path) -> Loader:
    """The loader that the folder `place` describes; UsageError says what is wrong in it."""
    path = place / "loader.toml"
    where = f"{place.name}/loader.toml"
    content = path.read_bytes()
    try:
        data = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{where}: not TOML: {error}") from None
    _keys(data, _TOP, where)
    for key in ("title", "version", "reader", "supersedes"):
        if not isinstance(data.get(key), str):
            raise UsageError(f'{where}: {key} = "..." is missing')
    _one_of(data["reader"], READERS, f"{where}: reader")
    _one_of(data["supersedes"], get_args(Supersedes), f"{where}: supersedes")
    sql = {p.stem: p.read_text("utf-8") for p in sorted(place.glob("*.sql"))}
    digest = hashlib.sha256(content + "".join(f"\0{k}\0{v}" for k, v in sql.items()).encode())
    files = _canonical_files(data, where) if data.get("canonical") else _files(data, where)
    if not data.get("canonical") and not sql:
        raise UsageError(f"{place.name}: no SQL file; each canonical table has one, <table>.sql")
    for table in (*sql, *data.get("origin", {})):
        _one_of(table, tuple(tables()), f"{where}: canonical table")
    return Loader(
        name=place.name,
        title=data["title"],
        version=f"{data['version']}+{digest.hexdigest()[:12]}",
        reader=data["reader"],
        supersedes=data["supersedes"],
        licence=data.get("licence", ""),
        example=data.get("example", ""),
        folder=place,
        files=files,
        sql=sql,
        units=_units(data.get("units", {}), where),
        origin=_origin(data.get("origin", {}), where),
    )


def _files(data: dict[str, Any], where: str) -> tuple[FileSpec, ...]:
    shared = data.get("csv", {})
    _keys(shared, _CSV, f"{where}, [csv]")
    found = []
    for name, given in data.get("files", {}).items():
        here = f"{where}, [files.{name}]"
        _keys(given, _FILE, here)
        patterns = given.get("pattern", ())
        patterns = (patterns,) if isinstance(patterns, str) else tuple(patterns)
        if not patterns or not given.get("columns"):
            raise UsageError(f"{here}: pattern and columns are needed")
        rest = {k: v for k, v in {**shared, **given}.items() if k != "pattern"}
        rest["columns"], rest["optional"] = tuple(rest["columns"]), tuple(rest.get("optional", ()))
        spec = FileSpec(name=name, patterns=patterns, **{"reader": data["reader"], **rest})
        _check_spec(spec, here)
        found.append(spec)
    if not found:
        raise UsageError(f"{where}: no [files.<name>] says what the files look like")
    return tuple(found)


def _check_spec(spec: FileSpec, here: str) -> None:
    _one_of(spec.reader, READERS, f"{here}: reader")
    _one_of(spec.encoding, ENCODINGS, f"{here}: encoding")
    for key, text, least in (("delimiter", spec.delimiter, 1), ("quote", spec.quote, 0)):
        if not least <= len(text) <= 1 or not text.isascii() or text in ("\n", "\r"):
            raise UsageError(f"{here}: {key} {text!r}; expected one ASCII character")
    known = [column.casefold() for column in spec.known]
    for column in spec.known:  # SQL takes no notice of the case of a name
        if known.count(column.casefold()) > 1 or column.casefold() in ("_file", "_line"):
            raise UsageError(f"{here}: column {column!r} twice, or one of _file and _line")
    if spec.max_lines_per_record < 1:
        raise UsageError(f"{here}: max_lines_per_record is 1 or more")
    if spec.reader == "sqlite" and not spec.table:
        raise UsageError(f'{here}: table = "..." names the table of the SQLite file')


def _canonical_files(data: dict[str, Any], where: str) -> tuple[FileSpec, ...]:
    """A kind of file for each canonical table, as CSV and as Parquet."""
    if "files" in data:
        raise UsageError(f"{where}: canonical = true takes its files from the model; no [files.*]")
    shared = data.get("csv", {})
    _keys(shared, _CSV, f"{where}, [csv]")
    found = []
    for table in tables().values():
        every = inputs(table)
        for reader in ("csv", "parquet"):
            found.append(
                FileSpec(
                    name=table.name,
                    reader=reader,
                    patterns=(f"{table.name}.{reader}",),
                    columns=tuple(i.name for i in every if i.required),
                    optional=tuple(i.name for i in every if not i.required),
                    **shared,
                )
            )
    return tuple(found)


def _units(given: dict[str, str], where: str) -> dict[tuple[str, str], str]:
    found = {}
    for key, unit in given.items():
        table, _, column = key.partition(".")
        _one_of(unit, UNITS, f"{where}, [units] {key!r}")
        _one_of(table, tuple(tables()), f"{where}, [units] {key!r}: table")
        rates = sorted(c.name for c in tables()[table].columns if c.type == "rate")
        _one_of(column, rates, f"{where}, [units] {key!r}: rate column")
        found[table, column] = unit
    return found


def _origin(given: dict[str, dict[str, str]], where: str) -> dict[str, dict[str, str]]:
    for table, columns in given.items():
        if table in tables():
            known = tuple(i.name for i in inputs(tables()[table]))
            for column in columns:
                _one_of(column, known, f"{where}, [origin.{table}]")
    return given


def _keys(data: dict[str, Any], known: set[str], where: str) -> None:
    for key in data:
        _one_of(key, tuple(sorted(known)), f"{where}: key")


def _one_of(value: str, known: Sequence[str], where: str) -> None:
    if value not in known:
        raise UsageError(f"{where} {value!r} is not known; expected one of {', '.join(known)}")
