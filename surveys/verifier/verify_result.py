#!/usr/bin/env python3
"""核对公示文件：一个文件，不联网，不用本平台的任何程序。 Checks a published ballot file: one file, no network, nothing of the platform.

    python3 verify_result.py FILE --key PUBLIC_KEY_BASE64 [--receipt H7KQ-2M9P-4TXC]

Python 3.8 or newer. The signature needs the package `cryptography`; without it all the rest is checked, and the end says so.
Take the public key from a printed notice or from another page than the file: whoever forges the file can forge a key beside it.
Exit code: 0 everything holds; 1 something does not (or the receipt is not in the file); 2 wrong use; 3 the signature was not checked.

THE FORMAT. Written so that this program can be written again from these lines alone.
  Text in UTF-8 without byte order mark. Every line, the last one too, ends with one line feed (0x0A); there is no carriage return.
  Line 1: "renovation-ballots 1". Then header lines "key: value" (one space), all of them, in this order:
    round revision kind [matter] community scheme question rule opened closed published roll-hash households [area heads]
    ballots replaced annulled agree against abstain [agree-heads agree-area took-part-heads took-part-area] result root key signature
  Those in brackets stand only in files of a legal vote (Civil Code Art. 278); such a file is known by `matter` on line 5. Empty is "-".
  Then one empty line; the line "receipt,status,answer,channel" (legal: with ",area,head" after it); then one line per ballot, sorted by
  receipt, each receipt once:
    receipt  four capital letters or digits, three times, with hyphens
    status   counted | replaced (by a later ballot of the same household) | annulled (after an objection)
    answer   agree | against | abstain | none (took part where no yes or no was asked);  "-" when replaced
    channel  phone | visit | paper
    area     m² of the flat, two decimals;  head: the owner's pseudonym in this round, h0001;  both "-" when replaced
  Counts are decimal without leading zeros, areas have two decimals, times are YYYY-MM-DDTHH:MM:SS+HH:MM, hashes are small hexadecimal.

THE CHECKS
  root       The leaves are the ballot lines as bytes without line feed. leaf = SHA-256(00 leaf), node = SHA-256(01 left right); of n leaves
             the left subtree takes the largest power of two below n (RFC 6962). Of no leaves: SHA-256 of nothing.
  signature  Ed25519 (RFC 8032) of the bytes from the first of the file to the last of the line "key: ...", without its line feed.
             Base64 with padding, in its one canonical form. `key` is the first 16 digits of SHA-256 of the 32 bytes of the public key.
  counts     ballots = all lines; replaced and annulled by status; agree, against, abstain among the counted; took-part = all counted.
             Legal: a head takes part with any counted ballot and agrees only if all its counted ballots agree; areas add up by flat.
  roll       No more take part than stand on the roll: households, and in a legal file heads and area.
  result     "agree*100 >= households*80" (or "took-part*100 ...") over all households, silence is no. Legal: "heads and area: quorum 2/3,
             of those taking part >= 3/4" (or "> 1/2"): taking part >= 2/3 of the roll, agreeing >= 3/4 of those taking part, each by heads
             and by area. An empty roll, or nobody taking part in a legal vote, passes nothing. Rule "-": result "-".
  times      opened < closed <= published.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import re
import sys
from datetime import datetime
from pathlib import Path

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    CAN_CHECK_SIGNATURE = True
except ImportError:
    CAN_CHECK_SIGNATURE = False

COUNT, AREA, WORD, CODE = "(?:0|[1-9][0-9]{0,8})", r"(?:0|[1-9][0-9]{0,9})\.[0-9]{2}", "[a-z][a-z_]*", "[0-9A-Za-z][0-9A-Za-z._-]*"
TEXT = r"(?! )[^\x00-\x1f\x7f-\x9f\u2028\u2029]+(?<! )"
TIME = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}"
SHARE_RULE = re.compile(r"(agree|took-part)\*100 >= households\*([1-9][0-9]?|100)")
LEGAL_RULE = re.compile(r"heads and area: quorum ([1-9])/([1-9]), of those taking part (>=|>) ([1-9])/([1-9])")
FORMS = [
    ("round", CODE), ("revision", COUNT), ("kind", WORD), ("matter", WORD), ("community", CODE), ("scheme", TEXT), ("question", TEXT),
    ("rule", TEXT), ("opened", TIME), ("closed", TIME), ("published", TIME), ("roll-hash", "[0-9a-f]{64}"), ("households", COUNT),
    ("area", AREA), ("heads", COUNT), ("ballots", COUNT), ("replaced", COUNT), ("annulled", COUNT), ("agree", COUNT), ("against", COUNT),
    ("abstain", COUNT), ("agree-heads", COUNT), ("agree-area", AREA), ("took-part-heads", COUNT), ("took-part-area", AREA),
    ("result", "passed|not-passed|-"), ("root", "[0-9a-f]{64}"), ("key", "[0-9a-f]{16}"), ("signature", "[A-Za-z0-9+/]{86}=="),
]  # fmt: skip
LEGAL_ONLY = {"matter", "area", "heads", "agree-heads", "agree-area", "took-part-heads", "took-part-area"}
OPEN = (
    "(?P<receipt>[0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}),(?:(?P<status>counted|annulled),(?P<answer>agree|against|abstain|none)|(?P<replaced>replaced),-)"
    ",(?P<channel>phone|visit|paper)"
)
BALLOT = {False: re.compile(OPEN), True: re.compile(f"{OPEN},(?:(?P<area>{AREA}),(?P<head>h[0-9]{{4,6}})|-,-)")}
COLUMNS = {False: "receipt,status,answer,channel", True: "receipt,status,answer,channel,area,head"}
WORDS = {
    "agree": "同意", "against": "不同意", "abstain": "弃权", "none": "已参加",
    "counted": "计入", "replaced": "已被后一张替换", "annulled": "已撤销", "phone": "手机", "visit": "上门", "paper": "纸质",
    "passed": "通过", "not-passed": "未通过", "-": "不作决定",
}  # fmt: skip


class Malformed(Exception):
    """The file has another form; the two arguments say where, in both languages."""


class Report:
    """What was found, printed as it comes: Chinese first."""

    def __init__(self) -> None:
        self.failed = self.unchecked = 0

    def say(self, mark: str, chinese: str, english: str) -> None:
        sys.stdout.write(f"{mark} {chinese}\n   {english}\n")

    def check(self, holds: bool | None, chinese: str, english: str) -> None:
        """Note one finding; holds is True, False, or None for what could not be checked."""
        self.failed += holds is False
        self.unchecked += holds is None
        self.say({True: "[✓]", False: "[✗]", None: "[?]"}[holds], chinese, english)


def read(content: bytes) -> tuple[dict[str, str], list[dict[str, str]], list[str], bytes]:
    """Split the bytes into header (dict), ballots (list of dicts), lines of the ballots and signed bytes. Raises Malformed."""
    try:
        lines = content.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise Malformed(f"第 {error.start + 1} 个字节不是 UTF-8", f"byte {error.start + 1} is not UTF-8") from None
    legal = len(lines) > 4 and lines[4].startswith("matter: ")
    keys = [(key, form) for key, form in FORMS if legal or key not in LEGAL_ONLY]
    demand(lines, 1, lines[0] == "renovation-ballots 1")
    demand(lines, len(lines), lines.pop() == "")
    header = {}
    for number, (key, form) in enumerate(keys, start=2):
        name, _colon, value = (lines[number - 1] if number <= len(lines) else "").partition(": ")
        demand(lines, number, name == key and re.fullmatch(form, value))
        header[key] = value
    body = len(keys) + 1
    demand(lines, body + 1, lines[body : body + 1] == [""])
    demand(lines, body + 2, lines[body + 1 : body + 2] == [COLUMNS[legal]])
    rows = lines[body + 2 :]
    ballots: list[dict[str, str]] = []
    for number, row in enumerate(rows, start=body + 3):
        found = BALLOT[legal].fullmatch(row)
        if found is None:
            raise malformed(lines, number)
        ballot = found.groupdict("")
        ballot["status"] = ballot["status"] or ballot["replaced"]
        demand(lines, number, not ballots or ballots[-1]["receipt"] < ballot["receipt"])
        ballots.append(ballot)
    return header, ballots, rows, "\n".join(lines[: len(keys)]).encode("utf-8")


def demand(lines: list[str], number: int, holds: object) -> None:
    """Raise Malformed when the line does not hold."""
    if not holds:
        raise malformed(lines, number)


def malformed(lines: list[str], number: int) -> Malformed:
    """The fault with the line's number and its beginning."""
    seen = lines[number - 1][:60] if number <= len(lines) else ""
    return Malformed(f"第 {number} 行不合格式：{seen!r}", f"line {number} is not in the form: {seen!r}")


def root_of(rows: list[str]) -> str:
    """RFC 6962: pair from the left, carry a lone last node up."""
    level = [hashlib.sha256(b"\x00" + row.encode("utf-8")).digest() for row in rows]
    while len(level) > 1:
        pairs = [hashlib.sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return (level[0] if level else hashlib.sha256(b"").digest()).hex()


def hundredths(area: str) -> int:
    """'61.20' -> 6120: areas are added as whole numbers."""
    return int(area.replace(".", ""))


def recount(ballots: list[dict[str, str]], legal: bool) -> dict[str, int]:
    """The counts of the header, made anew; areas in hundredths of m²."""
    counted = [ballot for ballot in ballots if ballot["status"] == "counted"]
    made = {"ballots": len(ballots), "took-part": len(counted)}
    for status in ("replaced", "annulled"):
        made[status] = sum(ballot["status"] == status for ballot in ballots)
    for answer in ("agree", "against", "abstain"):
        made[answer] = sum(ballot["answer"] == answer for ballot in counted)
    if legal:
        heads: dict[str, list[bool]] = {}
        for ballot in counted:
            heads.setdefault(ballot["head"], []).append(ballot["answer"] == "agree")
        made["took-part-heads"], made["agree-heads"] = len(heads), sum(all(answers) for answers in heads.values())
        made["took-part-area"] = sum(hundredths(ballot["area"]) for ballot in counted)
        made["agree-area"] = sum(hundredths(ballot["area"]) for ballot in counted if ballot["answer"] == "agree")
    return made


def result_of(header: dict[str, str], made: dict[str, int]) -> str | None:
    """'passed', 'not-passed' or '-' by the header's own rule; None for a rule that is none."""
    if "matter" not in header:
        rule = SHARE_RULE.fullmatch(header["rule"])
        if rule is None:
            return "-" if header["rule"] == "-" else None
        households = int(header["households"])
        return "passed" if households > 0 and made[rule[1]] * 100 >= households * int(rule[2]) else "not-passed"
    rule = LEGAL_RULE.fullmatch(header["rule"])
    if rule is None:
        return None
    quorum, of_quorum, least, of_least = (int(rule[place]) for place in (1, 2, 4, 5))
    for measure, whole in (("heads", int(header["heads"])), ("area", hundredths(header["area"]))):
        taking_part, agree = made["took-part-" + measure], made["agree-" + measure]
        more = agree * of_least - taking_part * least
        if taking_part == 0 or taking_part * of_quorum < whole * quorum or more < 0 or (more == 0 and rule[3] == ">"):
            return "not-passed"
    return "passed"


def signature_holds(message: bytes, signature: str, public_key: bytes) -> bool | None:
    """True or False; None when this computer has nothing to check it with."""
    raw = base64.b64decode(signature)
    if base64.b64encode(raw).decode("ascii") != signature:
        return False
    if not CAN_CHECK_SIGNATURE:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(raw, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_counts(report: Report, header: dict[str, str], made: dict[str, int]) -> None:
    """Each count of the header against the ballots, and against the roll."""
    legal = "matter" in header
    for name, form in FORMS:
        if name in made and name in header:
            said = hundredths(header[name]) if form == AREA else int(header[name])
            shown = f"{made[name] / 100:.2f}" if form == AREA else made[name]
            report.check(
                said == made[name], f"{name}：写的 {header[name]}，数出 {shown}", f"{name}: {header[name]} is said, {shown} counted"
            )
    fits = made["took-part"] <= int(header["households"])
    if legal:
        fits = fits and made["took-part-heads"] <= int(header["heads"]) and made["took-part-area"] <= hundredths(header["area"])
    report.check(
        fits,
        f"参加 {made['took-part']} 户，名册 {header['households']} 户，不多于名册",
        f"{made['took-part']} households took part, {header['households']} stand on the roll: not more than the roll",
    )
    result = result_of(header, made)
    report.check(
        result == header["result"],
        f"结果：写的「{WORDS[header['result']]}」，按规则算出「{WORDS.get(result or '', '规则不明')}」（{header['rule']}）",
        f"result: {header['result']} is said, {result or 'unknown rule'} follows from: {header['rule']}",
    )


def times_in_order(header: dict[str, str]) -> bool:
    """True when opened < closed <= published; False too when one of them is no time."""
    try:
        opened, closed, published = (datetime.fromisoformat(header[name]) for name in ("opened", "closed", "published"))
    except ValueError:
        return False
    return opened < closed <= published


def check(content: bytes, public_key: bytes, receipt: str, report: Report) -> None:
    """All checks of a file's bytes; the findings go to the report."""
    try:
        header, ballots, rows, signed = read(content)
    except Malformed as fault:
        report.check(False, f"格式：{fault.args[0]}", f"form: {fault.args[1]}")
        return
    report.check(True, f"格式正确，票据 {len(ballots)} 条", f"the form is right, {len(ballots)} ballots")
    root = root_of(rows)
    report.check(root == header["root"], f"根值：算出 {root}", f"root: {root} computed, {header['root']} is said")
    key_id = hashlib.sha256(public_key).hexdigest()[:16]
    report.check(
        key_id == header["key"], f"公钥编号：{key_id}，文件写 {header['key']}", f"key: {key_id} given, {header['key']} in the file"
    )
    holds = signature_holds(signed, header["signature"], public_key)
    chinese = {True: "签名正确", False: "签名不对：文件被改过，或者不是这把公钥签的", None: "签名没有核对：这台电脑没有安装 cryptography"}
    english = {
        True: "the signature is right",
        False: "the signature is wrong: the file was altered, or another key signed it",
        None: "THE SIGNATURE WAS NOT CHECKED: the package cryptography is not installed here",
    }
    report.check(holds, chinese[holds], english[holds])
    report.check(
        times_in_order(header),
        f"时间：{header['opened']} 开始，{header['closed']} 截止，{header['published']} 公布",
        f"times: opened {header['opened']}, closed {header['closed']}, published {header['published']}",
    )
    check_counts(report, header, recount(ballots, "matter" in header))
    if receipt:
        letters = re.sub("[^0-9A-Z]", "", receipt.upper())
        typed = "-".join(letters[place : place + 4] for place in range(0, len(letters), 4))
        mine = next((ballot for ballot in ballots if ballot["receipt"] == typed), None)
        told = [mine[part] for part in ("status", "answer", "channel") if mine[part]] if mine else []
        report.check(
            mine is not None,
            f"回执 {receipt}：" + ("，".join(WORDS[word] for word in told) if mine else "文件里没有"),
            f"receipt {receipt}: " + (", ".join(told) if mine else "not in this file"),
        )


def main(words: list[str] | None = None) -> int:
    """Read the command line, check, and return the exit code."""
    parser = argparse.ArgumentParser(description="核对公示文件 / Checks a published ballot file.")
    parser.add_argument("file", help="公示文件 / the published file")
    parser.add_argument("--key", required=True, help="公钥，base64 / the platform's public key in base64")
    parser.add_argument("--receipt", default="", help="回执号，如 H7KQ-2M9P-4TXC / a receipt to look for")
    options = parser.parse_args(words)
    try:
        public_key = base64.b64decode(options.key, validate=True)
        content = Path(options.file).read_bytes()
    except (binascii.Error, OSError) as error:
        parser.error(f"读不到文件或公钥 / the file or the key cannot be read: {error}")
    if len(public_key) != 32:
        parser.error("公钥应为 32 字节 / a public key has 32 bytes")
    report = Report()
    check(content, public_key, options.receipt, report)
    if report.failed:
        report.say("==", f"不一致：{report.failed} 项不对。", f"DOES NOT HOLD: {report.failed} finding(s).")
        return 1
    if report.unchecked:
        report.say(
            "==",
            "其余一致，但签名没有核对：谁发的文件还不能确定。",
            "The rest holds, BUT THE SIGNATURE WAS NOT CHECKED: who made the file is open.",
        )
        return 3
    report.say("==", "全部一致：文件、签名、根值、票数、结果。", "Everything holds: file, signature, root, counts, result.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
