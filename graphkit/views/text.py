"""Words of pages: what a reader sees of hostile or long text."""

from __future__ import annotations

import unicodedata

from graphkit.model.shares import Interval, percent_short

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


def wrapped(text: str, width: int = 22, lines: int = 2) -> str:
    """The text in at most `lines` lines of `width` columns; Chinese characters count two.

    Examples
    --------
    >>> wrapped("虚构华东高端装备制造有限公司").splitlines()
    ['虚构华东高端装备制造有', '限公司']
    >>> wrapped("x" * 50).splitlines()[-1]
    'xxxxxxxxxxxxxxxxxxxxxx…'
    """
    rows, used = [""], 0
    for c in text:
        size = 2 if unicodedata.east_asian_width(c) in "WF" else 1
        if used + size > width:
            if len(rows) == lines:
                rows[-1] += "…"
                break
            rows.append("")
            used = 0
        rows[-1] += c
        used += size
    return "\n".join(rows)


def share_text(share: Interval) -> str:
    """An interval for a label.

    Examples
    --------
    >>> share_text(Interval(0, 10_000_000_000)), share_text(Interval(5_100_000_000, 5_100_000_000))
    ('? %', '51 %')
    """
    if share.exact:
        return f"{percent_short(share.low)} %"
    if share == (0, 10_000_000_000):
        return "? %"
    return f"{percent_short(share.low)}–{percent_short(share.high)} %"
