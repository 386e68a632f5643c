-- Holdings (持仓): one row a security; what of it is financed stands in the contracts.
with dated as (
    select
        *,
        regexp_extract(_file, '\.([^./]*)\.[^./]*$', 1) as day,
        -- an exchange that is not listed here leaves a code that the validation refuses
        case
            when exchange_type = '1' then 'SH'
            when exchange_type = '2' then 'SZ'
            -- 9 also holds the market of unlisted companies; Beijing's codes begin with 92
            when exchange_type = '9' and starts_with(stock_code, '92') then 'BJ'
            else coalesce(exchange_type, '')
        end as exchange
    from holding
)

select
    _file,
    _line,
    fund_account as account_id,
    stock_code || '.' || exchange as code,
    case
        when regexp_full_match(day, '[0-9]{8}') then day[1:4] || '-' || day[5:6] || '-' || day[7:8]
        else day
    end as date,
    current_amount as quantity,
    enable_amount as available,
    frozen_amount as frozen,
    uncome_buy_amount as in_transit,
    restricted_amount as restricted
from dated
