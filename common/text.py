"""Chinese words made findable and sortable: pinyin and initials, full-width forms."""

import re
import unicodedata

from pypinyin import Style, lazy_pinyin, load_phrases_dict

# place names that the dictionary reads wrongly
load_phrases_dict(
    {
        "大城县": [["dài"], ["chéng"], ["xiàn"]],
        "蔚县": [["yù"], ["xiàn"]],
        "长安区": [["cháng"], ["ān"], ["qū"]],
        "乐亭县": [["lào"], ["tíng"], ["xiàn"]],
    }
)


def narrow(text: str) -> str:
    """Full-width digits, letters and spaces as ASCII; surrounding white space gone; runs of spaces made one."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def storable(text: str) -> bool:
    """Whether the database can hold the text: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def whole_number(text: str, default: int = 0) -> int:
    """The number that plain digits in a query string or a form write; `default` for anything else, endless ones included."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else default


def pinyin(text: str) -> str:
    """Lower-case syllables with spaces between, as stored for sorting: "机械厂" -> "ji xie chang"."""
    return " ".join(lazy_pinyin(text, style=Style.NORMAL)).lower()


def initials(text: str) -> str:
    """First letters of the syllables: "机械厂家属院" -> "jxcjsy"; digits and letters are kept."""
    return "".join(part if not part.isalpha() else part[0] for part in lazy_pinyin(text, style=Style.NORMAL)).lower().replace(" ", "")


def search_words(name: str, *more: str) -> str:
    """The lower-case haystack of one row: its words, the name's pinyin without spaces, and its initials."""
    return " ".join([name, *more, pinyin(name).replace(" ", ""), initials(name)]).lower()


def natural_key(text: str) -> list[tuple[int, int, str]]:
    """Sort key in which 2 comes before 10: runs of digits count as numbers."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.findall(r"\d+|\D+", text)]
