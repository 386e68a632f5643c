-- Contracts (融资融券合约) at the close, what is still owed on each.
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
    from compact
)

select
    _file,
    _line,
    compact_id as contract_id,
    fund_account as account_id,
    case compact_type when '0' then 'financing' when '1' then 'short' else compact_type end as side,
    stock_code || '.' || exchange as code,
    case
        when regexp_full_match(day, '[0-9]{8}') then day[1:4] || '-' || day[5:6] || '-' || day[7:8]
        else day
    end as date,
    case
        when regexp_full_match(open_date, '[0-9]{8}')
            then open_date[1:4] || '-' || open_date[5:6] || '-' || open_date[7:8]
        else open_date
    end as open_date,
    business_amount as opened_quantity,
    business_balance as opened_principal,
    real_compact_amount as quantity,
    -- a short owes shares: its money figure is what the sale brought, not a principal
    case when compact_type = '1' then null else real_compact_balance end as principal,
    case when compact_type = '1' then business_price end as sale_price,
    real_compact_fare as fee,
    real_compact_interest as interest,
    year_rate as rate,
    crdt_ratio as margin_ratio,
    case
        when ret_end_date = '0' then null  -- the counter's way to write that there is none
        when regexp_full_match(ret_end_date, '[0-9]{8}')
            then ret_end_date[1:4] || '-' || ret_end_date[5:6] || '-' || ret_end_date[7:8]
        else ret_end_date
    end as due_date,
    -- 开仓未归还, 部分归还, 合约已过期; 客户自行归还, 手工了结
    case
        when compact_status in ('0', '1', '2') then 'open'
        when compact_status in ('3', '4') then 'closed'
        else compact_status
    end as status
from dated
