"""A QR code on screen and on paper is the same square of modules, drawn sharp."""

import re
from xml.etree import ElementTree

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from common import qr

URL = "https://vote.example.cn/v/K7QM3D?c=ABCD2345"
SVG = "{http://www.w3.org/2000/svg}"


def drawn(path, side):
    """The square that a path of runs paints."""
    square = [[False] * side for _ in range(side)]
    for x, y, width, back in re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", path):
        assert width == back
        for each in range(int(x), int(x) + int(width)):
            assert not square[int(y)][each], "no module is painted twice"
            square[int(y)][each] = True
    return square


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=300))
def test_the_drawing_holds_the_very_modules_of_the_code(text):
    expected = [[bool(module) for module in row] for row in segno.make_qr(text, error="m", boost_error=False).matrix]
    assert qr.modules(text) == expected
    assert drawn(qr.path(expected), len(expected)) == expected


def test_the_document_is_one_that_a_strict_page_may_show_as_an_image():
    document = ElementTree.fromstring(qr.svg(URL))
    side = len(qr.modules(URL)) + 4
    assert document.tag == f"{SVG}svg"
    assert document.get("viewBox") == f"0 0 {side} {side}"
    assert int(document.get("width")) >= 190
    assert int(document.get("width")) % side == 0, "whole pixels for each module: no grey edges"
    ground, code = document.findall(f"{SVG}path")
    assert (ground.get("fill"), code.get("fill")) == ("#fff", "#000")
    assert code.get("transform") == "translate(2 2)"
    assert drawn(code.get("d"), side - 4) == qr.modules(URL)
    assert "style" not in qr.svg(URL) and "<script" not in qr.svg(URL)


def test_border_and_scale_can_be_given():
    document = ElementTree.fromstring(qr.svg(URL, border=4, scale=10))
    side = len(qr.modules(URL)) + 8
    assert document.get("width") == str(side * 10)


def test_the_text_itself_never_stands_in_the_document():
    assert "</svg>" not in qr.svg("</svg><script>alert(1)</script>")[:-8]


def test_a_phone_reads_it_no_micro_codes_and_level_m():
    assert len(qr.modules("A")) == 21
    assert segno.make_qr("A", error="m", boost_error=False).error == "M"
    assert qr.modules("A") == [[bool(module) for module in row] for row in segno.make_qr("A", error="m", boost_error=False).matrix]


def test_the_mask_of_one_code_can_serve_its_neighbours():
    mask = qr.best_mask(URL)
    assert qr.modules(URL, mask=mask) == qr.modules(URL)
    neighbour = URL[:-1] + "6"
    expected = segno.make_qr(neighbour, error="m", boost_error=False, mask=mask).matrix
    assert qr.modules(neighbour, mask=mask) == [[bool(module) for module in row] for row in expected]


def test_a_text_that_no_code_holds_is_refused():
    with pytest.raises(ValueError, match="too long"):
        qr.svg("ABC-" * 1000)
