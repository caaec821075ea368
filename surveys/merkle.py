"""The hash tree over a round's ballots (RFC 6962, section 2.1): its root is published, a proof shows that one ballot lies under it."""

from collections.abc import Iterable, Sequence
from hashlib import sha256


def root(leaves: Iterable[bytes]) -> str:
    """The tree's root as 64 hexadecimal digits; of no leaves at all the hash of nothing."""
    return _top(leaf_hashes(leaves)).hex()


def leaf_hashes(leaves: Iterable[bytes]) -> list[bytes]:
    """SHA-256 of 0x00 and the leaf: a leaf can never be mistaken for a node."""
    return [sha256(b"\x00" + leaf).digest() for leaf in leaves]


def proof(leaves: Iterable[bytes], index: int) -> list[str]:
    """The hashes beside the way from leaf `index` (from 0) up to the root, lowest first. Raises IndexError outside the leaves."""
    level = leaf_hashes(leaves)
    if not 0 <= index < len(level):
        raise IndexError(f"There are {len(level)} leaves, none at {index}.")
    path = []
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            path.append(level[beside].hex())
        level, index = _above(level), index >> 1
    return path


def check_proof(leaf: bytes, index: int, size: int, path: Sequence[str], root: str) -> bool:
    """True when the path leads from the leaf at `index` of a tree of `size` leaves to the root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node = leaf_hashes([leaf])[0]
    try:
        rest = [bytes.fromhex(text) for text in path]
    except ValueError:
        return False
    last = size - 1
    while last:
        if index & 1 or index < last:  # has a neighbour; the lone last node of a level goes up as it is
            if not rest:
                return False
            beside = rest.pop(0)
            node = _node(beside, node) if index & 1 else _node(node, beside)
        index, last = index >> 1, last >> 1
    return not rest and node.hex() == root


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _above(level: list[bytes]) -> list[bytes]:
    """The next level. Pairing from the left and carrying a lone last node up gives the RFC's tree, split at powers of two."""
    nodes = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
    if len(level) % 2:
        nodes.append(level[-1])
    return nodes


def _top(level: list[bytes]) -> bytes:
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else sha256(b"").digest()
