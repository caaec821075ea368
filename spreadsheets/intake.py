"""What may come in: a real workbook of bounded size, looked at before anything opens it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from common.display import group
from common.errors import InvalidInput

MOST_UNPACKED = 800 * 2**20  # bytes of all parts of an .xlsx together
MOST_RATIO = 200  # unpacked / packed of one part, for parts above RATIO_FROM; honest sheets stay below 60
RATIO_FROM = 20 * 2**20
MOST_PARTS = 2000
MOST_CELLS = 14_000_000  # rows × columns of one sheet, empty ones included: the reader holds them all
CHUNK = 2**20
ROW = re.compile(rb'<row\b[^>]*?\br="(\d{1,9})"')
WIDE = re.compile(rb'r="([A-Z]{2,})(\d+)"[^>/]*>')  # a cell with content beyond column Z
DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _refuse(message: str, code: str) -> InvalidInput:
    return InvalidInput(message, code=code, details={"file": message})


def recognise(file: IO[bytes], size: int) -> str:
    """ "xlsx", "xls" or "csv", by the content and not by the name. Raises InvalidInput with what to do instead."""
    if size > settings.UPLOAD_MAX_BYTES:
        most = group(settings.UPLOAD_MAX_BYTES // 2**20)
        raise _refuse(_("The file is larger than %(most)s MB. Split it into several files.") % {"most": most}, "too_large")
    if size == 0:
        raise _refuse(_("The file is empty. Save the workbook and choose it again."), "empty")
    file.seek(0)
    head = file.read(4096)
    file.seek(0)
    if head.startswith(b"PK"):
        check_zip(file)
        return "xlsx"
    if head.startswith(OLE):
        return "xls"
    if b"\0" in head or head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8", b"Rar!", b"7z")):
        raise _refuse(_("This is not a workbook. Choose an .xlsx, .xls or .csv file."), "not_a_workbook")
    if head.lstrip()[:1] == b"<":
        raise _refuse(_("This is a web page saved as a workbook. Open it in Excel and save it as .xlsx."), "not_a_workbook")
    return "csv"


def check_zip(file: IO[bytes]) -> None:
    """Unpack every part once, counting: refuses damaged, locked and explosive files before a reader meets them."""
    try:
        with zipfile.ZipFile(file) as archive:
            _check_parts(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise _refuse(_("The file is damaged. Open it in Excel, save it again and upload that."), "damaged") from error
    finally:
        file.seek(0)


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/workbook") for name in names):
        raise _refuse(_("This is an archive, not a workbook. Choose an .xlsx, .xls or .csv file."), "not_a_workbook")
    if len(names) != len(parts):
        raise _refuse(_("The file is damaged. Open it in Excel, save it again and upload that."), "damaged")
    bomb = _("The file unpacks to far more than a workbook of this form can hold. Copy the rows into an empty template.")
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _refuse(bomb, "bomb")
    for part in parts:
        if part.flag_bits & 1:
            raise _refuse(_("The file is locked with a password. Save it without one."), "locked")
        if part.file_size > RATIO_FROM and part.file_size > MOST_RATIO * max(part.compress_size, 1):
            raise _refuse(bomb, "bomb")
    left = MOST_UNPACKED
    for part in parts:
        left -= _check_part(archive, part, left, bomb)


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int, bomb: str) -> int:
    """Bytes of the part. Sheets are also measured: one cell in the far corner makes a reader allocate the whole plane."""
    size, height, width = 0, 0, 26
    sheet = part.filename.startswith("xl/worksheets/")
    for piece in _pieces(archive, part):
        if size == 0 and DECLARATION.search(piece[:8192]):
            raise _refuse(_("The file holds declarations that a workbook does not have. Copy the rows into an empty template."), "entities")
        size += len(piece)
        if size > left:
            raise _refuse(bomb, "bomb")
        if sheet:
            height = max(height, max(map(int, ROW.findall(piece)), default=0))
            for letters, row in WIDE.findall(piece):
                width, height = max(width, _column_number(letters)), max(height, int(row[:9]))
            if height * width > MOST_CELLS and width > 26:
                message = _("A cell far outside the table is filled. Copy the rows into an empty template.")
                raise _refuse(message, "too_wide")
    if sheet and height > 1_048_576:
        raise _refuse(bomb, "bomb")
    return size


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's bytes, cut between tags so that no cell is split."""
    rest = b""
    with archive.open(part) as stream:
        while piece := stream.read(CHUNK):
            whole = rest + piece
            cut = whole.rfind(b"<")
            cut = len(whole) if cut <= 0 or len(whole) > 4 * CHUNK else cut
            rest = whole[cut:]
            yield whole[:cut]
    if rest:
        yield rest


def _column_number(letters: bytes) -> int:
    number = 0
    for byte in letters[:6]:
        number = number * 26 + byte - 64
    return number
