"""Files as people hand them over, read record by record with their lines, so that what is wrong can be found again.

And as they are handed to people: whole, or not there.
"""

import csv
import io
import json
import json.scanner
import os
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from tempfile import mkstemp
from typing import Any

#: What a spreadsheet would take for the start of a formula, and what keeps it from doing so.
_FORMULA, _TEXT = tuple("=+-@\t\r\n|%"), "'"
#: Numbers of the format have six digits at most; what is longer is kept as text, which is no number.
_LONGEST = 18


class TransferError(Exception):
    """A file cannot be written; or cannot be imported, and nothing was: a line for each wrong record, field, reason."""


class Located(dict[str, Any]):
    """A JSON object that knows its line, and which of its keys were given more than once."""

    line = 0
    twice: tuple[str, ...] = ()


class _Decoder(json.JSONDecoder):
    def __init__(self, text: str) -> None:
        super().__init__(parse_int=_whole, parse_constant=_no_number)
        self._ends = [found.start() for found in re.finditer("\n", text)]
        self.parse_object = self._located
        # Only the scanner written in Python calls parse_object.
        self.scan_once = json.scanner.py_make_scanner(self)  # type: ignore[attr-defined]  # unknown to typeshed

    def _located(self, start: tuple[str, int], *rest: Any) -> tuple[Located, int]:
        strict, scan_once, _, _, *memo = rest
        read = json.decoder.JSONObject  # type: ignore[attr-defined]  # unknown to typeshed
        pairs, end = read(start, strict, scan_once, None, list, *memo)
        found = Located(pairs)
        found.line = bisect_left(self._ends, start[1]) + 1
        found.twice = tuple(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        return found, end


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST else f"{digits[:_LONGEST]}…"


def _no_number(name: str) -> str:
    return name


def read_json(path: Path) -> Any:
    """Return what a JSON file holds; its objects are `Located`. Raises TransferError for a file that is no JSON."""
    text = _text(path)
    try:
        return _Decoder(text).decode(text)
    except json.JSONDecodeError as error:
        raise TransferError(f"{path}: not JSON: {error}") from None
    except RecursionError:
        raise TransferError(f"{path}: not JSON of this format: nested too deeply") from None


def read_csv(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, Any]]]:
    """Return the records of a CSV file, each with its line. Raises TransferError where the header is another."""
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), restkey="", strict=True)
    try:
        if tuple(reader.fieldnames or ()) != columns:
            raise TransferError(f"line 1: header: expected {','.join(columns)}")
        return [(reader.line_num, {name: _read(value) for name, value in record.items()}) for record in reader]
    except csv.Error as error:
        raise TransferError(f"{path}: not CSV: line {reader.reader.line_num}: {error}") from None


def as_csv(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a table as `read_csv` reads it: no cell is a formula to a spreadsheet."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(columns)
    writer.writerows([_written(str(value)) for value in row] for row in rows)
    return file.getvalue()


def _is_formula(text: str) -> bool:
    return text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA)


def _written(text: str) -> str:
    return f"{_TEXT}{text}" if _is_formula(text) else text


def _read(value: Any) -> Any:
    """Return a cell as it was before `_written`; what is too many or too few in a record is no text."""
    return value[1:] if isinstance(value, str) and value.startswith(_TEXT) and _is_formula(value[1:]) else value


def write(path: Path, text: str) -> None:
    """Put a text into a file: what stood there stays until all of it is on the disk. Raises TransferError."""
    try:
        if path.exists() and not path.is_file():  # such as /dev/stdout: written to, never replaced
            path.write_bytes(text.encode())
        else:
            _replace(path.resolve(), text.encode())
    except OSError as error:
        raise TransferError(f"{path}: cannot be written ({error.strerror})") from None


def _replace(target: Path, content: bytes) -> None:
    descriptor, unfinished = mkstemp(prefix=f"{target.name}.", suffix=".unfinished", dir=target.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(target)
    except OSError:
        Path(unfinished).unlink(missing_ok=True)
        raise


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TransferError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TransferError(f"line {line}: not UTF-8; save the file as UTF-8") from None
