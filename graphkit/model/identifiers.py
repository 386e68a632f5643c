"""Check digits and masks of identifiers.

Sources: GB 32100-2015 (统一社会信用代码), GB 11643-1999 (公民身份号码), ISO 17442 with ISO 7064
MOD 97-10 (LEI).
"""

from __future__ import annotations

import re
from datetime import date

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CN_ID = re.compile(r"(?<![0-9A-Za-z])([0-9]{6})([0-9]{8})([0-9]{3}[0-9Xx])(?![0-9A-Za-z])")
_CN_ID_IN_A_WORD = re.compile(  # beside letters only with a day of birth, else hashes would match
    r"(?<![0-9])([1-9][0-9]{5})((?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))"
    r"([0-9]{3}[0-9Xx])(?![0-9])"
)
_PHONE = re.compile(r"(?<![0-9])(1[3-9][0-9])([0-9]{4})([0-9]{4})(?![0-9])")

STRONG_SCHEMES = frozenset(
    {"uscc", "cn_id", "passport", "lei", "amac_product", "amac_manager", "one_code"}
)
"""Schemes in which equal values make one party."""


def uscc_valid(text: str) -> bool:
    """Whether the text is a unified social credit code with a right check character.

    Examples
    --------
    >>> uscc_valid("91350100M000100Y43"), uscc_valid("91350100M000100Y44")
    (True, False)
    """
    if len(text) != 18 or any(c not in _USCC_ALPHABET for c in text):
        return False
    total = sum(_USCC_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(text[:17]))
    return _USCC_ALPHABET[(31 - total % 31) % 31] == text[17]


def cn_id_valid(text: str) -> bool:
    """Whether the text is a resident identity number with a real date and a right check digit.

    Examples
    --------
    >>> cn_id_valid("11010519491231002X"), cn_id_valid("110105194912310021")
    (True, False)
    """
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    total = sum(int(c) * w for c, w in zip(text, _ID_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == text[17]


def lei_valid(text: str) -> bool:
    """Whether the text is a legal entity identifier with right check digits.

    Examples
    --------
    >>> lei_valid("5493001KJTIIGC8Y1R12"), lei_valid("5493001KJTIIGC8Y1R13")
    (True, False)
    """
    if not re.fullmatch(r"[0-9A-Z]{18}[0-9]{2}", text):
        return False
    return int("".join(str(int(c, 36)) for c in text)) % 97 == 1


def mask(text: str) -> str:
    """The text with every resident identity number and mobile number in it masked.

    Examples
    --------
    >>> mask("11010519491231002X"), mask("id:11010519491231002X"), mask("13800138000")
    ('110105********002X', 'id:110105********002X', '138****8000')
    >>> mask("P11010519491231002X")
    'P110105********002X'
    """
    for known in (_CN_ID, _CN_ID_IN_A_WORD):
        text = known.sub(lambda m: f"{m[1]}{'*' * 8}{m[3]}", text)
    return _PHONE.sub(lambda m: f"{m[1]}****{m[3]}", text)


def revealing(text: str) -> list[str]:
    """The resident identity numbers and mobile numbers in a text, longest first.

    Examples
    --------
    >>> revealing("王五 (11010519491231002X), 13800138000")
    ['11010519491231002X', '13800138000']
    """
    found = {m[0] for known in (_CN_ID, _CN_ID_IN_A_WORD, _PHONE) for m in known.finditer(text)}
    return sorted(found, key=lambda number: (-len(number), number))


def mask_secret(text: str) -> str:
    """A secret value with only its ends shown.

    Examples
    --------
    >>> mask_secret("91350100M000100Y43"), mask_secret("AB12")
    ('913************Y43', '****')
    """
    known = mask(text)
    if known != text:
        return known
    if len(text) < 8:
        return "*" * len(text)
    return f"{text[:3]}{'*' * (len(text) - 6)}{text[-3:]}"
