"""The check in the page: the same verdict as the stand-alone program, in a real browser, in both languages."""

import base64
import json

import pytest

from surveys.ballot_file import parse
from surveys.signing import public_key_text
from tests.surveys import verify_urls
from tests.surveys.published import FUND_USE, GATE, OPINIONS, REBUILD, leaves_of, legal_leaves, published, small_gate, small_legal
from tests.surveys.test_verifier import failures, signed_anew

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# every bit of the file flipped, one after the other: the places that the page takes for good
EVERY_BIT = """async ([text, key]) => {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0)), unnoticed = [];
  for (let place = 0; place < bytes.length; place++) for (let bit = 0; bit < 8; bit++) {
    bytes[place] ^= 1 << bit;
    const {findings} = await window.ballotFile.check(bytes, key);
    if (!findings.some(finding => finding.holds === false)) unnoticed.push([place, bit]);
    bytes[place] ^= 1 << bit;
  }
  return unnoticed;
}"""
CHECK = """async ([texts, key]) => {
  const verdicts = [];
  for (const text of texts) {
    const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
    const {findings} = await window.ballotFile.check(bytes, key);
    verdicts.push(findings.some(finding => finding.holds === null) ? null : findings.every(finding => finding.holds));
  }
  return verdicts;
}"""


def packed(content):
    return base64.b64encode(content if isinstance(content, bytes) else content.encode()).decode()


@pytest.fixture
def serve(settings, open_page):
    """serve(text, file=None) -> a page whose section stands over the text; the file behind it may be another."""
    settings.ROOT_URLCONF = "tests.surveys.verify_urls"

    def do(text, file=None, **how):
        verify_urls.served.update(page=text, file=text.encode() if file is None else file)
        page = open_page(**how)
        page.goto("/try/")
        return page

    return do


def test_a_published_file_is_checked_in_the_page(serve, axe):
    page = serve(small_gate(), width=390)
    page.click("[data-check]")
    page.wait_for_selector("[role=status] .checked")
    told = page.inner_text("[role=status]")
    assert "刚刚核对：文件、签名、根值、票数一致" in told
    assert "签名正确" in told and "重新数过：同意 8，不同意 1，与文件一致" in told and "名册 10 户，参加 9 户" in told
    assert page.locator("[role=status] .fail, [role=status] .near").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    assert axe(page) == []


def test_a_tampered_file_fails_in_the_page(serve):
    text = small_gate()
    page = serve(text, text.replace(",against,", ",agree,").encode())
    page.click("[data-check]")
    page.wait_for_selector("[role=status] .fail")
    told = page.inner_text("[role=status]")
    assert "重新算出的根值不同" in told and "这几项与文件不同：同意，不同意" in told and "刚刚核对" not in told


def test_a_copy_from_elsewhere_is_held_against_the_root_of_the_page(serve, tmp_path):
    page = serve(small_gate())
    copy = tmp_path / "copy.txt"
    copy.write_text(published(leaves_of(agree=9, against=1), revision=2), encoding="utf-8")
    page.set_input_files("[data-copy]", copy)
    page.wait_for_selector("[role=status] .fail")
    assert "第 2 次公布" in page.inner_text("[role=status]") and "签名正确" in page.inner_text("[role=status]")


def test_a_receipt_is_found_in_the_page_however_it_is_typed(serve):
    text = small_gate()
    leaf = next(leaf for leaf in parse(text)[1] if leaf.answer == "against")
    page = serve(text)
    page.fill("input[name=receipt]", leaf.receipt.lower().replace("-", " "))
    page.press("input[name=receipt]", "Enter")
    page.wait_for_selector("[role=status] .pass")
    assert f"{leaf.receipt} 计入，不同意" in page.inner_text("[role=status]")
    assert "receipt=" not in page.url, "nothing is sent"
    page.fill("input[name=receipt]", "ZZZZ-ZZZZ-ZZZZ")
    page.click("form[data-verify] .find button")
    page.wait_for_selector("[role=status] .fail")
    assert "文件里没有这个回执号" in page.inner_text("[role=status]")


def test_without_script_the_server_answers_the_receipt(serve):
    text = small_gate()
    leaf = next(leaf for leaf in parse(text)[1] if leaf.status == "replaced")
    page = serve(text, java_script_enabled=False)
    assert not page.is_visible("[data-check]") and not page.is_visible("[data-copy]")
    page.fill("input[name=receipt]", leaf.receipt)
    page.click("form[data-verify] .find button")
    assert "已被您家后投的一票替换" in page.inner_text("[role=status]")


def test_a_lost_connection_is_said(serve):
    page = serve(small_gate())
    page.context.set_offline(True)
    page.click("[data-check]")
    page.wait_for_selector("[role=status] .fail")
    assert "请检查网络" in page.inner_text("[role=status]")


def test_a_browser_without_ed25519_says_what_was_not_checked(serve):
    page = serve(small_gate(), locale="en-GB")
    page.evaluate("() => { crypto.subtle.importKey = () => Promise.reject(new DOMException('none', 'NotSupportedError')); }")
    page.click("[data-check]")
    page.wait_for_selector("[role=status] .near")
    told = page.inner_text("[role=status]")
    assert "Signature not checked" in told and "not everything could be checked" in told and "Checked just now" not in told


def test_a_page_without_a_secure_connection_says_what_was_not_checked(serve):
    page = serve(small_gate())
    page.evaluate("Object.defineProperty(crypto, 'subtle', {value: undefined})")
    page.click("[data-check]")
    page.wait_for_selector("[role=status] .near")
    assert "请用 https 打开本页" in page.inner_text("[role=status]")


@pytest.mark.parametrize("make", [small_gate, small_legal], ids=["gate", "legal"])
def test_every_single_bit_matters_in_the_page_too(serve, make):
    text = make()
    page = serve(text)
    page.set_default_timeout(120_000)
    assert page.evaluate(EVERY_BIT, [packed(text), public_key_text()]) == []


def test_both_verifiers_agree(serve):
    gate, legal = small_gate(), small_legal()
    altered = [
        ("agree: 8", "agree: 9"), ("households: 10", "households: 11"), ("households: 10", "households: 8"), ("result: passed", "result: -"),
        ("*80", "*81"), ("*80", "*90"), ("closed: 2021-04-10T20", "closed: 2021-04-31T20"), ("closed: 2021-04-10T20", "closed: 2021-04-10T24"),
        ("opened: 2021-04-01", "opened: 2021-05-01"), (",against,", ",agree,"), ("kind: scheme", "kind: scheme\nmatter: lift"), ("第 2 版", "第 3 版"),
        ("question: ", "question:  "), ("scheme: 2", "scheme: "), ("scheme: 2", "scheme: \U0001f600"), ("scheme: 2", "scheme: \ufeff2"), ("\n\n", "\n"),
    ]  # fmt: skip
    other = [
        ("heads: 3\nballots", "heads: 2\nballots"), ("heads: 3\nballots", "heads: 4\nballots"), ("heads: 3\nballots", "heads: 5\nballots"),
        ("area: 240.50\nheads", "area: 240.49\nheads"), ("area: 240.50\nheads", "area: 400.00\nheads"), ("agree-heads: 2", "agree-heads: 3"),
        ("agree-area: 190.75", "agree-area: 190.76"), ("> 1/2", ">= 3/4"), ("> 1/2", ">= 2/3"), ("> 1/2", "> 2/3"), ("h0003", "h0004"), ("matter: fund_use\n", ""),
    ]  # fmt: skip
    files = [gate.encode(), legal.encode(), *(signed_anew(gate.replace(old, new, 1)) for old, new in altered)]
    files += [signed_anew(legal.replace(old, new, 1)) for old, new in other]
    files += [
        published(leaves_of(agree=agree, none=none), rule=rule, households=10).encode()
        for agree, none in ((8, 0), (7, 2), (0, 8), (0, 0))
        for rule in (GATE, OPINIONS, "-")
    ]
    for rule in (FUND_USE, REBUILD):
        flats = [("agree", "75.00", 1), ("agree", "0.10", 2), ("agree", "0.20", 3), ("against", "25.10", 4)]
        files += [
            published(legal_leaves(*flats[:size]), rule=rule, matter="lift", households=6, heads=6, area="150.60").encode()
            for size in range(5)
        ]
    files += [b"", b"\xef\xbb\xbf" + gate.encode(), gate.replace("\n", "\r\n").encode(), gate.encode()[:-1], b"\xff" + gate.encode()]
    page = serve(gate)
    seen = page.evaluate(CHECK, [[packed(file) for file in files], public_key_text()])
    expected = [failures(file) == 0 for file in files]
    assert seen == expected, json.dumps([number for number, pair in enumerate(zip(seen, expected, strict=True)) if pair[0] != pair[1]])
    assert True in expected and False in expected
