-- What the counter itself computes, under its own field names, to tie out against.
with dated as (
    select *, regexp_extract(_file, '\.([^./]*)\.[^./]*$', 1) as day
    from fund
),

figures as (
    unpivot dated
    on fund_asset, market_value, assure_asset, total_debit, per_assurescale_value, enable_bail_balance
    into name name value value
)

select
    _file,
    _line,
    fund_account as account_id,
    name,
    case
        when regexp_full_match(day, '[0-9]{8}') then day[1:4] || '-' || day[5:6] || '-' || day[7:8]
        else day
    end as date,
    value
from figures
