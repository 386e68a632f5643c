"""Words of pages: what a reader sees of hostile or long text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction

from graphkit.model.shares import UNKNOWN, Interval, percent_short

KINDS = {
    "person": "自然人 person",
    "company": "公司 company",
    "listed_company": "上市公司 listed company",
    "partnership": "合伙企业 partnership",
    "private_fund": "私募基金 private fund",
    "private_securities_fund": "私募证券基金 private securities fund",
    "plan": "资管计划 plan",
    "trust": "信托 trust",
    "state_body": "国资机构 state body",
    "pseudo": "名义或公众持有 nominee or free float",
    "unknown": "类型不明 kind unknown",
}
"""Party kinds in words."""

RIGHTS = {
    "general_partner": "普通合伙人 GP",
    "manager": "管理人 manager",
    "adviser": "投资顾问 adviser",
    "trustee": "受托人 trustee",
    "nominee": "代持 nominee",
    "proxy": "表决权委托 proxy",
    "voting_agreement": "表决权协议",
    "vie_contract": "协议控制 VIE",
    "instruction": "实际指令 instructs",
    "appoints_majority": "委派过半董事",
    "legal_representative": "法定代表人",
}
"""Control rights in words."""


_CAPITAL = 1.3
"""The columns of a capital letter, in the fonts that the page asks for."""


def wrapped(text: str, width: int = 22, lines: int = 2) -> str:
    """The text in at most `lines` lines of `width` columns; Chinese characters count two.

    Lines break between words, behind a hyphen or slash, and beside Chinese characters; within a
    word only where it is longer than a line.

    Examples
    --------
    >>> wrapped("虚构华东高端装备制造有限公司").splitlines()
    ['虚构华东高端装备制造有', '限公司']
    >>> wrapped("Rheinisch-Bergische Verlagsgesellschaft mbH").splitlines()
    ['Rheinisch-Bergische', 'Verlagsgesellschaft…']
    >>> wrapped("x" * 50).splitlines()[-1]
    'xxxxxxxxxxxxxxxxxxxxxx…'
    """
    rows = [""]
    for piece in _pieces(text, width):
        if rows[-1] and _columns(rows[-1] + piece.rstrip()) > width:
            rows.append("")
        rows[-1] += piece if rows[-1] else piece.lstrip()
    shown = [row.rstrip() for row in rows[:lines]]
    return "\n".join(shown) + ("…" if any(rows[lines:]) else "")


_CJK = "\u2e80-\u9fff\uf900-\uffef"
_WORD = re.compile(rf"\s+|[{_CJK}]|[^\s{_CJK}/-]*[/-]+|[^\s{_CJK}/-]+")


def _pieces(text: str, width: int) -> Iterator[str]:
    """What a line may break between; words longer than a line are cut."""
    for word in _WORD.findall(text):
        piece = ""
        for c in word:
            if _columns(piece + c) > width:
                yield piece
                piece = ""
            piece += c
        yield piece


def _columns(text: str) -> float:
    return sum(
        2 if unicodedata.east_asian_width(c) in "WF" else _CAPITAL if c.isupper() else 1
        for c in text
    )


def share_text(share: Interval) -> str:
    """An interval for a label.

    Examples
    --------
    >>> share_text(UNKNOWN), share_text(Interval(5_100_000_000, 5_100_000_000))
    ('? %', '51 %')
    """
    if share.exact:
        return f"{percent_short(share.low)} %"
    if share == UNKNOWN:
        return "? %"
    return f"{percent_short(share.low)}–{percent_short(share.high)} %"


def span_text(low: Fraction, high: Fraction) -> str:
    """An interest, as a fraction of the whole, for a label.

    Examples
    --------
    >>> span_text(Fraction(1, 4), Fraction(1, 4)), span_text(Fraction(0), Fraction(1, 3))
    ('25 %', '0–33.33… %')
    """
    if low == high:
        return f"{percent_short(low)} %"
    return f"{percent_short(low)}–{percent_short(high)} %"
