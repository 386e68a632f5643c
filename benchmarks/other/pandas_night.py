"""Maintenance ratios of all accounts with pandas in float64: sums and a quotient, nothing else.

No groups, no limits, no rules, no entitlements, no findings, no files: prints accounts below 1.3.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """`python -m benchmarks.other.pandas_night FOLDER`."""
    import pandas as pd

    folder = Path(sys.argv[1])
    tables = ("cash", "position", "contract", "price")
    cash, position, contract, price = (pd.read_csv(folder / f"{name}.csv") for name in tables)
    close = price.set_index("code")["close"]
    position["value"] = position["quantity"] * position["code"].map(close)
    shorted = contract["side"] == "short"
    owed = contract[["principal", "fee", "interest"]].fillna(0).sum(axis=1)
    contract["owed"] = owed + shorted * contract["quantity"] * contract["code"].map(close)
    assets = cash.set_index("account_id")["total"].add(
        position.groupby("account_id")["value"].sum(), fill_value=0
    )
    ratio = assets / contract.groupby("account_id")["owed"].sum()
    print(int((ratio < 1.3).sum()))


if __name__ == "__main__":
    main()
