"""Free texts by theme: Chinese words that make a theme, new frequent words, and personal numbers masked. Pure: no database, no clock."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import rjieba
from django.utils.translation import get_language

from common.text import narrow
from surveys.theme_words import AGREEING, NOTHING, OTHER, STOP, THEMES, Theme

FREQUENT = 3  # texts that no theme took and that share a word make a group of their own
TAGS = ("n", "v", "a", "l", "i", "j")  # of the segmenter: nouns, verbs, adjectives, set phrases, abbreviations
PERSON = "nr"
SHORTEST = 2  # a new word's characters; single ones say too little

# runs of digits, plain or full-width, that are telephone, identity or account numbers
LONG_RUN = re.compile(r"\d{7,}[Xx]?")
SPACED_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[-\s.]\d{4}[-\s.]\d{4}(?!\d)")
LANDLINE = re.compile(r"(?<!\d)0\d{2,3}[-\s]\d{7,8}(?!\d)")
SPOKEN_NUMBER = re.compile(r"[零〇一二三四五六七八九幺两]{7,}")
ACCOUNT = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<=微信)(?:号)?[:：\s]*[A-Za-z][\w-]{4,}")


@dataclass(frozen=True, slots=True)
class Group:
    """Texts of one theme. One text may stand in several groups; each text is one household's.

    `words`: (word, households that use it), most used first: what made the group. `new`: made by a frequent word, not declared.
    """

    code: str
    name: str
    households: int
    words: tuple[tuple[str, int], ...] = ()
    texts: tuple[str, ...] = ()
    new: bool = False


def masked(text: str) -> str:
    """Without telephone, identity and account numbers, e-mail and WeChat names: the first three characters stay, the rest are stars.

    Names of people and doors cannot be told from other words with certainty: they stay, and the texts are for staff alone.
    """
    for pattern in (ACCOUNT, SPACED_MOBILE, LANDLINE, LONG_RUN, SPOKEN_NUMBER):
        text = pattern.sub(lambda found: found[0][:3] + "*" * (len(found[0]) - 3), text)
    return text


def grouped(texts: Iterable[str]) -> list[Group]:
    """The texts by theme, masked: declared themes and new frequent words by households, then "nothing to add", then the rest.

    A theme takes a text in which one of its words stands. Words of two and more characters also count inside longer words,
    single characters only when they stand alone. A frequent word of the texts that no theme took makes a group of its own, unless it is
    a person's name. Within a group the texts stand in the order of their words: not as they came in, and not as on the roll,
    so that no order says who wrote which.
    """
    read = _read(texts)
    groups, rest, silent = _taken(read)
    new, rest = _new_words(read, rest)
    groups = sorted([*groups, *new], key=lambda group: -group.households)
    return [*groups, *_ends(silent, rest)]


def declared(texts: Iterable[str]) -> list[Group]:
    """Only the declared themes and how many households wrote of them: for the public, without texts and without words.

    What only a frequent word would group is "other": such a word may be the name of a person or a shop.
    """
    groups, rest, silent = _taken(_read(texts))
    groups = sorted(groups, key=lambda group: -group.households)
    return [replace(group, words=(), texts=()) for group in [*groups, *_ends(silent, rest)]]


def named(theme: Theme) -> str:
    """The theme in the reader's language."""
    return theme.en if (get_language() or "").startswith("en") else theme.zh


@dataclass(frozen=True, slots=True)
class _Read:
    """A text and its words with their tags."""

    text: str
    words: tuple[tuple[str, str], ...]

    @property
    def hits(self) -> set[tuple[str, str]]:
        """(theme, word that makes it)."""
        return {hit for word, _tag in self.words for hit in _themes_of(word)}

    @property
    def says_nothing(self) -> bool:
        """Only "none", "agree", "thank you" and the like."""
        return all(word in AGREEING for word, tag in self.words if tag != "x")

    @property
    def candidates(self) -> set[str]:
        """Words that could make a group of their own."""
        return {
            word for word, tag in self.words
            if len(word) >= SHORTEST and tag.startswith(TAGS) and not tag.startswith(PERSON) and word not in STOP and not word.isascii()
        }  # fmt: skip


def _read(texts: Iterable[str]) -> list[_Read]:
    return [_Read(text, _segmented(text)) for text in sorted(masked(text) for text in texts)]


def _taken(read: Iterable[_Read]) -> tuple[list[Group], list[_Read], list[_Read]]:
    """(groups of the declared themes, texts that none of them took, texts that add nothing)."""
    taken: dict[str, list[str]] = defaultdict(list)
    words: dict[str, Counter[str]] = defaultdict(Counter)
    rest: list[_Read] = []
    silent: list[_Read] = []
    for one in read:
        hits = one.hits
        for code in {code for code, _word in hits}:
            taken[code].append(one.text)
        for code, word in hits:
            words[code][word] += 1
        if not hits:
            (silent if one.says_nothing else rest).append(one)
    groups = [
        Group(theme.code, named(theme), len(taken[theme.code]), _most_used(words[theme.code]), tuple(taken[theme.code]))
        for theme in THEMES if theme.code in taken
    ]  # fmt: skip
    return groups, rest, silent


def _most_used(words: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(words.items(), key=lambda pair: (-pair[1], pair[0])))


def _ends(silent: list[_Read], rest: list[_Read]) -> list[Group]:
    """The two groups that no word makes, where there is something in them."""
    pairs = ((NOTHING, silent), (OTHER, rest))
    return [Group(theme.code, named(theme), len(left), texts=tuple(one.text for one in left)) for theme, left in pairs if left]


def _new_words(read: Sequence[_Read], rest: list[_Read]) -> tuple[list[Group], list[_Read]]:
    """(groups, what is left): the most frequent word of the texts left takes all texts that use it, then the next one."""
    groups: list[Group] = []
    while True:
        counted = Counter(word for one in rest for word in one.candidates)
        word, number = min(counted.items(), key=lambda pair: (-pair[1], pair[0]), default=("", 0))
        if number < FREQUENT:
            return groups, rest
        texts = tuple(one.text for one in read if word in one.candidates)
        groups.append(Group(f"word:{word}", word, len(texts), ((word, len(texts)),), texts, new=True))
        rest = [one for one in rest if word not in one.candidates]


@lru_cache(maxsize=1)
def _segmenter() -> rjieba.Jieba:
    """The dictionary with the themes' own words; a quarter of a second, once in a process."""
    jieba = rjieba.Jieba()
    for theme in THEMES:
        for word in theme.words:
            if len(word) >= SHORTEST and not jieba.has_word(word):
                jieba.add_word(word, None, "n")
    return jieba


def _segmented(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((word.strip(), tag) for word, tag in _segmenter().tag(narrow(text).lower()) if word.strip())


@lru_cache(maxsize=20_000)
def _themes_of(token: str) -> tuple[tuple[str, str], ...]:
    return tuple((theme.code, word) for theme in THEMES if (word := _longest(theme.words, token)))


def _longest(words: Sequence[str], token: str) -> str:
    """The longest of the words that stands in the token; "" for none."""
    return max((word for word in words if _stands_in(word, token)), key=len, default="")


def _stands_in(word: str, token: str) -> bool:
    if word.isascii():
        return token.startswith(word)
    return word == token if len(word) < SHORTEST else word in token
