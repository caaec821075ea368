"""The stand-alone verifier: it needs nothing of the project, and no altered bit gets past it."""

import ast
import base64
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from surveys.ballot_file import parse
from surveys.signing import public_key_text, sign
from tests.architecture.houses import FLOORS, ROOT
from tests.surveys.published import GATE, OPINIONS, REBUILD, leaves_of, legal_leaves, published, small_gate, small_legal

FILE = ROOT / "surveys" / "verifier" / "verify_result.py"
STANDARD = {"__future__", "argparse", "base64", "binascii", "hashlib", "re", "sys", "datetime", "pathlib"}
verifier = runpy.run_path(str(FILE))


def run(folder, content, *words, key=None, python=("-I",)):
    """The file on its own, in an empty folder, without the project on the path."""
    alone = folder / "verify_result.py"
    alone.write_bytes(FILE.read_bytes())
    (folder / "ballots.txt").write_bytes(content if isinstance(content, bytes) else content.encode())
    command = [sys.executable, *python, str(alone), "ballots.txt", "--key", key or public_key_text(), *words]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8", env={"PYTHONIOENCODING": "utf-8"}
    )


def failures(content, receipt=""):
    """How many findings fail, inside this process: for thousands of files."""
    report = verifier["Report"]()
    report.say = lambda *_words: None
    verifier["check"](content, base64.b64decode(public_key_text()), receipt, report)
    assert report.unchecked == 0
    return report.failed


def signed_anew(text):
    """The same lines under a fresh signature: what a dishonest holder of the key could publish."""
    lines = text.split("\n")
    place = next(number for number, line in enumerate(lines) if line.startswith("signature: "))
    lines[place] = "signature: " + sign("\n".join(lines[:place]).encode())
    return "\n".join(lines).encode()


def test_it_imports_nothing_but_the_standard_library_and_cryptography():
    tree = ast.parse(FILE.read_text(encoding="utf-8"))
    tops = {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    tops |= {each.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    assert tops <= STANDARD | {"cryptography"}
    assert not tops & set(FLOORS)
    assert set(sys.stdlib_module_names) >= STANDARD


def test_the_example_of_the_documentation_holds(tmp_path):
    text = (ROOT / "docs" / "verification.md").read_text(encoding="utf-8")
    example = re.search(r"```text\n(renovation-ballots 1\n.*?\n)```", text, re.DOTALL)[1]
    key = re.search(r"public key\s+`([A-Za-z0-9+/]{43}=)`", text)[1]
    done = run(tmp_path, example, "--receipt", "H7KQ-2M9P-4TXC", key=key)
    assert done.returncode == 0, done.stdout
    assert parse(example)[0]["result"] == "passed"


def test_it_can_be_read_by_python_3_8():
    ast.parse(FILE.read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("make", [small_gate, small_legal], ids=["gate", "legal"])
def test_a_published_file_holds(tmp_path, make):
    done = run(tmp_path, make())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "全部一致" in done.stdout and "Everything holds" in done.stdout
    assert "[✗]" not in done.stdout and "[?]" not in done.stdout
    assert done.stdout.index("签名正确") < done.stdout.index("the signature is right"), "Chinese first"


def test_a_file_below_the_gate_holds_too_and_says_so(tmp_path):
    done = run(tmp_path, published(leaves_of(agree=799, against=201), households=1000))
    assert done.returncode == 0
    assert "按规则算出「未通过」" in done.stdout and "not-passed follows from: agree*100 >= households*80" in done.stdout


def test_a_receipt_is_found_with_how_it_was_counted(tmp_path):
    text = small_gate()
    counted = next(leaf for leaf in parse(text)[1] if leaf.answer == "against")
    replaced = next(leaf for leaf in parse(text)[1] if leaf.status == "replaced")
    found = run(tmp_path, text, "--receipt", " " + counted.receipt.lower().replace("-", " "))
    assert found.returncode == 0 and f"counted, against, {counted.channel}" in found.stdout and "计入，不同意" in found.stdout
    assert "已被后一张替换" in run(tmp_path, text, "--receipt", replaced.receipt).stdout


def test_a_receipt_that_is_not_there_is_a_failure(tmp_path):
    done = run(tmp_path, small_gate(), "--receipt", "ZZZZ-ZZZZ-ZZZZ")
    assert done.returncode == 1 and "文件里没有" in done.stdout


def test_a_file_altered_by_one_bit_fails_on_the_command_line(tmp_path):
    content = bytearray(small_gate().encode())
    content[content.index(b"against,")] ^= 1
    assert run(tmp_path, bytes(content)).returncode == 1


@pytest.mark.parametrize("make", [small_gate, small_legal], ids=["gate", "legal"])
def test_every_single_bit_of_a_file_matters(make):
    content = make().encode()
    assert failures(content) == 0
    unnoticed = []
    for place in range(len(content)):
        for bit in range(8):
            altered = bytearray(content)
            altered[place] ^= 1 << bit
            if not failures(bytes(altered)):
                unnoticed.append((place, bit))
    assert unnoticed == []


@how(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_a_larger_file_altered_anywhere_fails(data):
    content = LARGE
    place = data.draw(st.integers(0, len(content) - 1))
    length = data.draw(st.integers(0, 40))
    piece = data.draw(st.binary(max_size=40).filter(lambda piece: piece != content[place : place + length]))
    assert failures(content[:place] + piece + content[place + length :])


LARGE = published(leaves_of(agree=250, against=30, abstain=3, replaced=12, annulled=2), households=312).encode()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("agree: 8", "agree: 9"),
        ("against: 1", "against: 0"),
        ("ballots: 11", "ballots: 10"),
        ("replaced: 1", "replaced: 0"),
        ("annulled: 1", "annulled: 2"),
        ("abstain: 0", "abstain: 1"),
        ("households: 10", "households: 8"),
        ("households: 10", "households: 11"),
        ("result: passed", "result: not-passed"),
        ("*80", "*81"),
        ("*80", "*800"),
        ("root: ", "root: 0"),
        ("closed: 2021-04-10T20", "closed: 2021-04-10T21"),
        ("closed: 2021-04-10T20", "closed: 2021-04-31T20"),
        ("opened: 2021-04-01", "opened: 2021-05-01"),
        ("kind: scheme", "kind: scheme\nmatter: lift"),
        (",against,", ",agree,"),
    ],
)
def test_a_key_holder_who_signs_what_does_not_fit_is_caught(old, new):
    text = small_gate()
    assert old in text
    assert failures(signed_anew(text)) == 0
    assert failures(signed_anew(text.replace(old, new, 1))) >= 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("heads: 3\nballots", "heads: 2\nballots"),
        ("heads: 3\nballots", "heads: 5\nballots"),
        ("area: 240.50\nheads", "area: 240.49\nheads"),
        ("area: 240.50\nheads", "area: 400.00\nheads"),
        ("agree-heads: 2", "agree-heads: 3"),
        ("agree-area: 190.75", "agree-area: 190.76"),
        ("took-part-area: 240.50", "took-part-area: 240.5"),
        ("took-part-heads: 3", "took-part-heads: 4"),
        ("> 1/2", ">= 3/4"),
        ("h0003", "h0004"),
    ],
)
def test_a_legal_file_that_does_not_fit_is_caught(old, new):
    text = small_legal()
    assert old in text
    assert failures(signed_anew(text.replace(old, new, 1))) >= 1


def test_a_file_signed_with_another_key_fails(tmp_path, settings):
    text, key = small_gate(), public_key_text()
    settings.SIGNING_KEY = bytes(32)
    done = run(tmp_path, text)
    assert done.returncode == 1 and "另" not in done.stderr and "签名不对" in done.stdout
    forged = small_gate()
    assert run(tmp_path, forged).returncode == 0
    assert run(tmp_path, forged, key=key).returncode == 1


def test_without_cryptography_the_rest_is_checked_and_the_gap_is_said(tmp_path):
    bare = ("-I", "-S")  # -S: no installed packages
    done = run(tmp_path, small_gate(), python=bare)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "签名没有核对" in done.stdout and "SIGNATURE WAS NOT CHECKED" in done.stdout
    altered = small_gate().replace(",against,", ",agree,")
    assert run(tmp_path, altered, python=bare).returncode == 1


@pytest.mark.parametrize(("content", "key"), [(small_gate, "AAAA"), (small_gate, "no key")])
def test_wrong_use_is_told_apart_from_a_wrong_file(tmp_path, content, key):
    done = run(tmp_path, content(), key=key)
    assert done.returncode == 2 and "公钥" in done.stderr


def test_a_file_that_is_not_there_is_wrong_use(tmp_path):
    done = subprocess.run(
        [sys.executable, str(FILE), str(Path(tmp_path) / "none"), "--key", public_key_text()], capture_output=True, check=False
    )
    assert done.returncode == 2


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\xff\xfe", b"renovation-ballots 1\n", b"\x00" * 3000, b"receipt,status,answer,channel\n" * 40]
)
def test_something_else_entirely_is_a_malformed_file(tmp_path, content):
    done = run(tmp_path, content)
    assert done.returncode == 1 and "格式" in done.stdout and "Traceback" not in done.stderr


@given(
    st.integers(0, 12), st.integers(0, 4), st.integers(0, 4), st.integers(0, 4), st.integers(0, 3), st.integers(0, 3), st.sampled_from([GATE, OPINIONS, "-"])
)  # fmt: skip
def test_it_agrees_with_what_the_platform_publishes(agree, against, abstain, none, replaced, annulled, rule):
    leaves = leaves_of(agree=agree, against=against, abstain=abstain, none=none, replaced=replaced, annulled=annulled)
    assert failures(published(leaves, rule=rule, households=agree + against + abstain + none + 1).encode()) == 0


@given(
    st.lists(
        st.tuples(st.sampled_from(["agree", "against", "abstain"]), st.decimals("0.01", "300", places=2), st.integers(1, 6)), max_size=12
    )
)
def test_it_agrees_on_legal_rounds(flats):
    text = published(
        legal_leaves(*flats), rule=REBUILD, matter="lift", households=13, heads=7, area="1200.00" if len(flats) < 4 else "3600.00"
    )
    assert failures(text.encode()) == 0
