"""The tree is the one of RFC 6962: its published vectors, its recursive definition, and what an alteration does."""

from hashlib import sha256
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys import merkle

# the leaves and roots with which Certificate Transparency logs test themselves
LEAVES = [
    bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
trees = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


def by_definition(leaves):
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


@pytest.mark.parametrize("size", range(9))
def test_the_roots_are_those_of_the_published_vectors(size):
    assert merkle.root(LEAVES[:size]) == ROOTS[size]


@given(trees)
def test_the_root_follows_the_recursive_definition(leaves):
    assert merkle.root(leaves) == by_definition(leaves).hex()


@given(trees, st.data())
def test_a_changed_leaf_changes_the_root(leaves, data):
    place = data.draw(st.integers(0, len(leaves) - 1))
    other = data.draw(st.binary(max_size=40).filter(lambda text: text != leaves[place]))
    assert merkle.root([*leaves[:place], other, *leaves[place + 1 :]]) != merkle.root(leaves)


@given(trees, st.data())
def test_a_leaf_left_out_doubled_or_moved_changes_the_root(leaves, data):
    place = data.draw(st.integers(0, len(leaves) - 1))
    root = merkle.root(leaves)
    assert merkle.root([*leaves[:place], *leaves[place + 1 :]]) != root
    assert merkle.root([*leaves[:place], leaves[place], *leaves[place:]]) != root
    if leaves[place] != leaves[-1]:
        assert merkle.root([*leaves[:place], leaves[-1], *leaves[place + 1 : -1], leaves[place]]) != root


@given(trees)
def test_every_leaf_has_a_proof_that_holds_for_it_alone(leaves):
    root = merkle.root(leaves)
    for place, leaf in enumerate(leaves):
        path = merkle.proof(leaves, place)
        assert merkle.check_proof(leaf, place, len(leaves), path, root)
        assert not merkle.check_proof(leaf + b"!", place, len(leaves), path, root)
        assert not merkle.check_proof(leaf, place, len(leaves), [*path, root], root)
        assert not merkle.check_proof(leaf, place, len(leaves), path, ROOTS[0])
        if path:
            assert not merkle.check_proof(leaf, place, len(leaves), path[:-1], root)
            assert not merkle.check_proof(leaf, place, len(leaves), [*path[:-1], "no hash"], root)


@pytest.mark.parametrize("index", [-1, 3])
def test_there_is_no_proof_outside_the_tree(index):
    with pytest.raises(IndexError, match="3 leaves"):
        merkle.proof(LEAVES[:3], index)
    assert not merkle.check_proof(LEAVES[0], index, 3, merkle.proof(LEAVES[:3], 0), ROOTS[3])


def test_half_a_million_ballots_take_seconds_at_most():
    leaves = [b"%012d,counted,agree,phone" % number for number in range(520_000)]
    begun = process_time()
    merkle.root(leaves)
    assert process_time() - begun < 4, "about one second on an idle core"
