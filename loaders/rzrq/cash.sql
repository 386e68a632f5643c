-- Cash at the close; current_balance is settled and holds the proceeds of short sales.
with dated as (
    select *, regexp_extract(_file, '\.([^./]*)\.[^./]*$', 1) as day
    from fund
)

select
    _file,
    _line,
    fund_account as account_id,
    case
        when regexp_full_match(day, '[0-9]{8}') then day[1:4] || '-' || day[5:6] || '-' || day[7:8]
        else day
    end as date,
    current_balance as total,
    slo_sell_balance as short_proceeds,
    frozen_balance as frozen,
    uncome_buy_balance as unsettled
from dated
