"""Sample papers of a round, and a reader of the PDFs: pages, fonts, and the text as a reader of the PDF gets it."""

import re
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from surveys import printing
from surveys.rules import THRESHOLDS, LegalCount

HOSTILE = '#read("/etc/passwd") *x* $y$ _u_ <a> @b `c` \\ // ~ [z] {0} \'#import "@preview/x:1.0.0"'
PIECE = re.compile(rb"\\([0-7]{1,3})|\\(.)|(.)", re.DOTALL)  # of a literal string: octal, escaped, plain
URL = "https://vote.example.cn/v/K7QM3D/"


def about(language="zh-hans", **changes):
    chinese = language == "zh-hans"
    return replace(
        printing.About(
            title="改造方案表决" if chinese else "Vote on the scheme",
            community="机械厂家属院" if chinese else "Machinery Works Yard",
            place="邯郸市复兴区" if chinese else "Fuxing, Handan",
            kind="scheme",
            households=312,
            opens_at=datetime(2021, 4, 3, 1, tzinfo=UTC),
            closes_at=datetime(2021, 4, 10, 12, tzinfo=UTC),
            issuer="机械厂社区居委会" if chinese else "Residents' committee",
            contact="2 号楼 1 层，0310-000-0000" if chinese else "Building 2, ground floor, 0310-000-0000",
            language=language,
        ),
        **changes,
    )


def notice(language="zh-hans", changes=None, **more):
    return replace(
        printing.Notice(
            about=about(language, **(changes or {})),
            question="您家是否同意改造方案（第 2 版）？",
            url=URL,
            typed_url="https://vote.example.cn/v/",
            code="K7QM3D",
            scheme=printing.Scheme("水电气热管网、屋面、外墙", Decimal(8_964_000), Decimal(860), date(2021, 5, 1), date(2021, 10, 31)),
            publicity=(date(2021, 3, 27), date(2021, 4, 2)),
            verify_url="https://vote.example.cn/r/K7QM3D/",
            stairwells=(("3号楼", "1"), ("3号楼", "2")),
        ),
        **more,
    )


def slips(households=20, per_building=12, **changes):
    """Slips in an order that nobody walks: the last door first."""
    rows = []
    for number in range(households):
        building, rest = divmod(number, per_building)
        code = f"ABCD{number:04d}".translate(str.maketrans("01", "YZ"))
        door = f"{rest + 1}01"
        rows.append(printing.Slip(f"{building + 1}号楼", "1", door, f"{code[:4]}-{code[4:]}", f"{URL}{code}"))
    return printing.Slips(about(**changes), tuple(reversed(rows)), "https://vote.example.cn/v/")


def result(language="zh-hans", changes=None, **more):
    return replace(
        printing.Result(
            about=about(language, **(changes or {})),
            agree=259,
            against=20,
            abstain=0,
            passed=True,
            published_at=datetime(2021, 4, 10, 12, 1, tzinfo=UTC),
            buildings=(printing.BuildingResult("1 号楼", 300, 276, 257, 19), printing.BuildingResult("2 号楼", 12, 3, None, None)),
            channels=(printing.ChannelResult("手机", 203, "一户一码"), printing.ChannelResult("纸质", 76, "两人各录一遍")),
            proof=printing.Proof(
                "9f3c41d70b8e5a62" * 4, "2021-A", datetime(2021, 4, 10, 12, 1, tzinfo=UTC), "https://vote.example.cn/r/K7QM3D/"
            ),
            objections=printing.Objections(date(2021, 4, 11), date(2021, 4, 17), "https://vote.example.cn/r/K7QM3D/objection", 2, 1),
            rule_version="2021-02",
        ),
        **more,
    )


def legal_result(language="zh-hans", matter="fund_use", **more):
    """Two thirds take part by heads and area; more than half of the heads agree, not of the area."""
    count = LegalCount(matter, 298, Decimal("24680.50"), 221, Decimal("17012.30"), 140, Decimal("8200.10"), THRESHOLDS[matter])
    changes = {"kind": "legal", "matter": matter}
    return result(language, changes, **({"law": count, "agree": 190, "against": 60, "abstain": 12, "passed": False} | more))


class Paper:
    """A PDF as typst writes it: pages in their order, the fonts inside, the text of each page without spaces."""

    def __init__(self, pdf):
        assert pdf.startswith(b"%PDF-")
        self.objects = {int(number): body for number, body in re.findall(rb"\n(\d+) 0 obj\n(.*?)\nendobj", pdf, re.DOTALL)}
        tree = next(body for body in self.objects.values() if b"/Type/Pages" in body)
        kids = re.search(rb"/Kids\[([^\]]*)\]", tree)[1]
        self.pages = [self.objects[int(number)] for number in re.findall(rb"(\d+) 0 R", kids)]
        self.fonts = sorted({name.decode() for name in re.findall(rb"/FontName/[A-Z]{6}\+([\w-]+)", pdf)})
        self.embedded = len(re.findall(rb"/FontFile[23] ", pdf))
        self.raw = pdf

    def text(self, page):
        """What a copy of the page's text gives, white space left out."""
        resources = self.objects[self._reference(self.pages[page], b"Resources")]
        letters = {
            name: self._letters(int(number)) for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", resources)
        }  # fmt: skip
        content = self._stream(self._reference(self.pages[page], b"Contents"))
        said, font = [], b""
        for name, codes in self._shown(content):
            font = name or font
            said += [letters[font][codes[at : at + 2]] for at in range(0, len(codes), 2)]
        return "".join("".join(said).split())

    @property
    def whole(self):
        """The text of all pages."""
        return "".join(self.text(page) for page in range(len(self.pages)))

    @staticmethod
    def _reference(body, name):
        return int(re.search(rb"/" + name + rb" (\d+) 0 R", body)[1])

    def _stream(self, number):
        return zlib.decompress(re.search(rb"stream\n(.*)\nendstream", self.objects[number], re.DOTALL)[1])

    def _letters(self, font):
        table = self._stream(self._reference(self.objects[font], b"ToUnicode"))
        pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", table)
        return {bytes.fromhex(code.decode()): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in pairs}

    def _shown(self, content):
        """(font, b"") and (b"", glyph codes) in the order of a content stream; the names of pictures are passed over."""
        at = 0
        token = re.compile(rb"/(f\d+) [\d.]+ Tf|/(?:Alt|Lang|ActualText) ?(?=[(<])|\(|<([0-9A-F]+)>")
        aside = False
        while found := token.search(content, at):
            at = found.end()
            codes = bytes.fromhex((found[2] or b"").decode())
            if found[0] == b"(":
                codes, at = self._literal(content, at)
            if found[1]:
                yield found[1], b""
            elif codes and not aside:
                yield b"", codes
            aside = found[0].startswith((b"/Alt", b"/Lang", b"/ActualText"))

    @staticmethod
    def _literal(content, at):
        """The bytes of a literal string that begins at `at`, and where it ends: brackets in pairs and escapes are part of it."""
        named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
        codes, depth = bytearray(), 1
        for piece in PIECE.finditer(content, at):
            octal, escaped, plain = piece.groups()
            depth += {b"(": 1, b")": -1}.get(plain, 0)
            if depth == 0:
                return bytes(codes), piece.end()
            codes += bytes([int(octal, 8)]) if octal else named.get(escaped, escaped) if escaped else plain
        raise AssertionError("a string without an end")


def squeezed(text):
    """A text as it stands in `Paper.text`."""
    return "".join(text.split())
