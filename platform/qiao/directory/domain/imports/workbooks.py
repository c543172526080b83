"""Reading XLSX workbooks that nobody vouches for. openpyxl parses with defusedxml; we bound what unpacks."""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from qiao.common.errors import InvalidInput

#: A workbook is a zip of XML files: what it may unpack to, how much more than its own size, and in how many files.
UNPACKED_LIMIT = 200 * 1024 * 1024
#: The one part that is held in memory as a whole.
STRINGS_LIMIT = 60 * 1024 * 1024
RATIO_LIMIT = 150
SMALL = 5 * 1024 * 1024
ENTRY_LIMIT = 2000
_COLUMNS_READ = 250
_ROWS_READ = 1_048_576


def is_workbook(head: bytes) -> bool:
    """Whether a file starts like a zip."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def workbook_rows(stream: BinaryIO) -> Iterator[list[Any]]:
    """Rows of the first visible sheet. Raises `InvalidInput` for what is broken or unpacks to too much."""
    _check_size(stream)
    return _rows(stream)


def _check_size(stream: BinaryIO) -> None:
    """Look at the directory of the zip before anything is unpacked; zipfile never reads more than it declares."""
    stream.seek(0, 2)
    packed = max(stream.tell(), 1)
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _refused(_("This workbook is damaged. Open it, save it again as .xlsx, and try once more.")) from error
    unpacked = sum(entry.file_size for entry in entries)
    strings = sum(entry.file_size for entry in entries if entry.filename.endswith("sharedStrings.xml"))
    if (
        len(entries) > ENTRY_LIMIT
        or unpacked > UNPACKED_LIMIT
        or strings > STRINGS_LIMIT
        or (unpacked > SMALL and unpacked > packed * RATIO_LIMIT)
    ):
        raise _refused(
            _("This workbook unpacks to far more than a table holds, so it was not opened. Save it as .csv.")
        )
    if "xl/workbook.xml" not in names:
        raise _refused(_("This is a zip file but not a workbook. Save the table as .xlsx or .csv."))
    stream.seek(0)


def _rows(stream: BinaryIO) -> Iterator[list[Any]]:
    from openpyxl import load_workbook
    from openpyxl.xml import DEFUSEDXML

    if not DEFUSEDXML:
        raise RuntimeError("openpyxl must parse through defusedxml")
    try:
        workbook = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl raises whatever the damage leads it to
        raise _refused(_("This workbook is damaged. Open it, save it again as .xlsx, and try once more.")) from error
    try:
        sheet = next((one for one in workbook.worksheets if one.sheet_state == "visible"), None)
        if sheet is None:
            raise _refused(_("This workbook has no sheet to read."))
        sheet.reset_dimensions()  # a sheet may claim more, or less, than it holds
        for row in sheet.iter_rows(max_col=_COLUMNS_READ, max_row=_ROWS_READ, values_only=True):
            yield [_plain(cell) for cell in row]
    except InvalidInput:
        raise
    except Exception as error:
        raise _refused(_("This workbook is damaged. Open it, save it again as .xlsx, and try once more.")) from error
    finally:
        workbook.close()


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time.min else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, datetime.date | datetime.time) else cell


def _refused(message: str) -> InvalidInput:
    return InvalidInput(message, errors={"file": [message]})
