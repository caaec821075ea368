"""Twelve drawn pictures that stand for site photos: flat scenes with a visible 示例 (sample) mark. No camera made them."""

from __future__ import annotations

import io
from collections.abc import Callable

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw

from projects.choices import PhotoKind
from projects.operations.photos import thumbnail_name

SIZE = (960, 640)
SMALL = (480, 320)
FOLDER = "demo"
Draw = ImageDraw.ImageDraw
# 示 and 例, 24 × 24 dots, so that the mark does not depend on the machine's fonts
GLYPHS = (
    "0000000000000000000000000000000ffff00ffff00ffff00000000000003ffffc3ffffc3ffffc001c00001c00071ce00f1ce00e1c701e1c781c1c383c1c3c381c1c01f81001f800",
    "00000000000000000004000806fe1c0ffe1c0ffedc0c70dc1c60dc1cf0dc3cfedc3cfedc3ccedc3dccdc1dccdc1ffcdc1dfcdc1c38dc1c38dc1c381c1c701c1cf01c1de0fc1cc0f8",
)
SKY, EVENING, WALL, DARK_WALL, PLASTER = "#d9e6ea", "#3d4a5c", "#b8b3a6", "#8d897f", "#ead9bd"
GLASS, EARTH, TRENCH, ROAD, GREEN = "#9fc0d0", "#b9a484", "#6d5a44", "#7c7f80", "#7f9a64"
BLUE, YELLOW, ORANGE, ROOF, LIGHT = "#2f6ea3", "#d8a93a", "#cf7a35", "#5f666b", "#f6e7b4"


def _house(draw: Draw, box: tuple[int, int, int, int], wall: str, rows: int, columns: int, glass: str = GLASS) -> None:
    left, top, right, bottom = box
    draw.rectangle(box, fill=wall)
    wide, high = (right - left) / columns, (bottom - top) / rows
    for row in range(rows):
        for column in range(columns):
            x, y = left + wide * column + wide * 0.25, top + high * row + high * 0.25
            draw.rectangle((x, y, x + wide * 0.5, y + high * 0.5), fill=glass)


def _ground(draw: Draw, top: int, colour: str) -> None:
    draw.rectangle((0, top, *SIZE), fill=colour)


def _worker(draw: Draw, x: int, y: int, scale: float = 1.0) -> None:
    head, body = 16 * scale, 60 * scale
    draw.ellipse((x - head, y - head * 2, x + head, y), fill="#e6c39a")
    draw.pieslice((x - head * 1.2, y - head * 2.4, x + head * 1.2, y), 180, 360, fill=YELLOW)
    draw.rectangle((x - head * 1.3, y, x + head * 1.3, y + body), fill=ORANGE)
    draw.rectangle((x - head * 1.1, y + body, x + head * 1.1, y + body * 2), fill="#384a5e")


def _board(draw: Draw) -> None:
    _house(draw, (90, 120, 620, 470), WALL, 4, 7)
    _ground(draw, 470, EARTH)
    draw.rectangle((600, 230, 890, 430), fill="#f3f1ea", outline=BLUE, width=8)
    for line, colour in enumerate((BLUE, ROOF, ROOF, ROOF)):
        draw.rectangle((630, 262 + line * 38, 860 - line * 28, 276 + line * 38), fill=colour)
    draw.rectangle((640, 430, 656, 540), fill=ROOF)
    draw.rectangle((834, 430, 850, 540), fill=ROOF)
    _worker(draw, 500, 420)


def _fence(draw: Draw) -> None:
    _house(draw, (120, 90, 840, 420), DARK_WALL, 5, 9)
    _ground(draw, 420, EARTH)
    for number in range(8):
        draw.rectangle((number * 124, 400, number * 124 + 116, 560), fill=BLUE, outline="#20527c", width=4)
        draw.polygon([(number * 124, 470), (number * 124 + 116, 440), (number * 124 + 116, 462), (number * 124, 492)], fill=LIGHT)


def _trench(draw: Draw, pipes: tuple[str, ...] = (BLUE, YELLOW)) -> None:
    draw.rectangle((0, 120, 230, 330), fill=DARK_WALL)
    draw.rectangle((700, 160, 960, 330), fill=WALL)
    _ground(draw, 330, EARTH)
    draw.polygon([(400, 330), (540, 330), (800, 640), (160, 640)], fill=TRENCH)
    for number, colour in enumerate(pipes):
        x, spread = 440 + number * 50, 330 + number * 190
        draw.polygon([(x, 330), (x + 14, 330), (spread + 60, 640), (spread, 640)], fill=colour)


def _gas(draw: Draw) -> None:
    _trench(draw, (YELLOW,))
    _worker(draw, 770, 360, 1.2)


def _roof(draw: Draw) -> None:
    draw.polygon([(0, 420), (470, 190), (960, 400), (960, 640), (0, 640)], fill=ROOF)
    for number in range(5):
        draw.line([(60 + number * 60, 520 + number * 26), (420 + number * 100, 330 + number * 60)], fill="#83898d", width=5)
    _worker(draw, 470, 270)


def _scaffold(draw: Draw) -> None:
    _house(draw, (180, 60, 800, 560), PLASTER, 6, 7)
    _ground(draw, 560, ROAD)
    for x in range(160, 840, 110):
        draw.rectangle((x, 40, x + 8, 580), fill=DARK_WALL)
    for y in range(120, 560, 84):
        draw.rectangle((150, y, 830, y + 9), fill=ORANGE)
    _worker(draw, 420, 230, 0.7)


def _machine(draw: Draw) -> None:
    _house(draw, (40, 110, 460, 400), WALL, 4, 6)
    _ground(draw, 400, EARTH)
    draw.rounded_rectangle((500, 330, 760, 450), 16, fill=YELLOW)
    draw.rectangle((530, 250, 640, 340), fill=GLASS, outline=YELLOW, width=10)
    draw.line([(750, 370), (860, 230), (900, 420)], fill=YELLOW, width=26, joint="curve")
    draw.polygon([(870, 410), (930, 410), (915, 480), (860, 470)], fill=ROOF)
    draw.rounded_rectangle((490, 450, 780, 520), 34, fill="#3a3d3f")


def _paving(draw: Draw) -> None:
    _house(draw, (0, 120, 340, 350), PLASTER, 3, 5)
    draw.ellipse((720, 150, 930, 370), fill=GREEN)
    _ground(draw, 350, GREEN)
    draw.polygon([(380, 350), (580, 350), (900, 640), (60, 640)], fill=ROAD)
    draw.polygon([(380, 350), (480, 350), (480, 640), (60, 640)], fill="#4a4d4f")
    draw.rounded_rectangle((400, 400, 560, 500), 20, fill=ORANGE)


def _lamp(draw: Draw) -> None:
    draw.rectangle((0, 0, *SIZE), fill=EVENING)
    _house(draw, (60, 170, 470, 560), "#6f6a61", 4, 5, "#3b4653")
    draw.rectangle((142, 200, 180, 248), fill=LIGHT)
    draw.polygon([(690, 170), (560, 560), (900, 560)], fill="#8f8a6c")
    draw.rectangle((760, 150, 774, 560), fill="#22282f")
    draw.rectangle((660, 146, 774, 164), fill="#22282f")
    draw.rectangle((650, 164, 730, 180), fill=LIGHT)
    _ground(draw, 560, "#2c333c")


def _hall(draw: Draw) -> None:
    draw.rectangle((0, 0, *SIZE), fill=PLASTER)
    for x in (120, 400, 680):
        draw.rectangle((x, 110, x + 160, 280), fill=GLASS)
    _ground(draw, 430, "#cbb38b")
    for x in (150, 540):
        draw.rectangle((x, 400, x + 270, 424), fill="#8c5f38")
        draw.rectangle((x + 30, 424, x + 48, 540), fill="#8c5f38")
        draw.rectangle((x + 222, 424, x + 240, 540), fill="#8c5f38")


def _old(draw: Draw) -> None:
    _house(draw, (150, 80, 810, 470), "#9c978c", 5, 8, "#6f7c80")
    _ground(draw, 470, "#a49a86")
    for y in (120, 150, 190):
        draw.line([(0, y - 40), (480, y + 30), (960, y - 60)], fill="#3d3d3d", width=4)
    draw.line([(300, 260), (340, 320), (318, 360), (360, 440)], fill="#5c574e", width=5)


def _done(draw: Draw) -> None:
    _house(draw, (130, 100, 830, 430), PLASTER, 5, 8)
    draw.polygon([(110, 100), (480, 40), (850, 100)], fill="#a2543d")
    _ground(draw, 430, GREEN)
    draw.polygon([(410, 430), (550, 430), (760, 640), (200, 640)], fill=ROAD)
    for x in (90, 780):
        draw.ellipse((x, 330, x + 120, 470), fill="#5f8450")


SCENES: tuple[tuple[str, str, PhotoKind, Callable[[Draw], None]], ...] = (
    ("board", "开工公示牌", PhotoKind.START, _board),
    ("fence", "施工围挡进场", PhotoKind.START, _fence),
    ("machine", "施工机械进场", PhotoKind.START, _machine),
    ("scaffold", "脚手架搭设", PhotoKind.START, _scaffold),
    ("trench", "排水管沟", PhotoKind.PROGRESS, _trench),
    ("gas", "燃气入院口", PhotoKind.PROGRESS, _gas),
    ("roof", "屋面防水", PhotoKind.PROGRESS, _roof),
    ("paving", "路面铺装", PhotoKind.PROGRESS, _paving),
    ("lamp", "楼前照明", PhotoKind.PROGRESS, _lamp),
    ("hall", "闲置用房改造", PhotoKind.PROGRESS, _hall),
    ("old", "改造前外墙", PhotoKind.BEFORE, _old),
    ("done", "改造后院落", PhotoKind.AFTER, _done),
)


def picture(paint: Callable[[Draw], None]) -> Image.Image:
    """One scene with the mark across its lower right corner."""
    image = Image.new("RGB", SIZE, SKY)
    paint(ImageDraw.Draw(image))
    _mark(image)
    return image


def _mark(image: Image.Image) -> None:
    draw = ImageDraw.Draw(image, "RGBA")
    dot, left, top = 5, SIZE[0] - 290, SIZE[1] - 160
    draw.rounded_rectangle((left - 12, top - 4, left + 254, top + 128), 12, fill=(20, 30, 40, 150))
    for number, glyph in enumerate(GLYPHS):
        for row in range(24):
            bits = int(glyph[row * 6 : row * 6 + 6], 16)
            for column in range(24):
                if bits >> (23 - column) & 1:
                    x, y = left + (number * 24 + column) * dot, top + row * dot
                    draw.rectangle((x, y, x + dot - 1, y + dot - 1), fill=(255, 255, 255, 235))


def file_name(scene: str) -> str:
    """Where the scene is kept in the private storage."""
    return f"{FOLDER}/{scene}.jpg"


def store_pictures() -> None:
    """Write the scenes and their thumbnails once; written again they replace themselves."""
    for scene, _caption, _kind, paint in SCENES:
        image = picture(paint)
        for name, content in ((file_name(scene), image), (thumbnail_name(file_name(scene)), image.resize(SMALL, Image.Resampling.LANCZOS))):
            buffer = io.BytesIO()
            content.save(buffer, "JPEG", quality=85, optimize=True)
            default_storage.delete(name)
            default_storage.save(name, ContentFile(buffer.getvalue()))
