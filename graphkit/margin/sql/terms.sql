-- Every row that goes into a term of the maintenance ratio (维持担保比例). The figures of an account
-- are the sums of these rows and nothing else.
with
cash_term as (
    select account_id, 'assets' as side, 'cash' as term, 'cash' as item,
        exact(total) as amount, 'cash' as rule, 'none' as effect, fact_id, file, line
    from cash
),
dividend_term as (
    select account_id,
        case side when 'long' then 'assets' else 'debt' end as side,
        case side when 'long' then 'entitlements' else 'short_entitlements' end as term,
        kind as item, code, contract_id, quantity, value as ratio,
        exact(case when counted or side = 'short' then money else 0 end) as amount,
        case when counted then kind else 'no_record_day' end as rule,
        case when counted or side = 'short' then 'none' else 'lower_bound' end as effect,
        holding_fact_id as fact_id, holding_file as file, holding_line as line,
        fact_id as entitlement_fact_id, file as entitlement_file, line as entitlement_line
    from entitled
    where kind = 'dividend'
),
other_collateral_term as (
    select account_id, 'assets' as side, 'other_collateral' as term, kind as item,
        exact(value) as amount, 'other_collateral' as rule, 'none' as effect, fact_id, file, line
    from other_collateral
),
financed_term as (
    select account_id, 'debt' as side, 'financed' as term, 'principal' as item, code, contract_id,
        exact(principal) as amount, 'financed' as rule,
        case when principal is null then 'debt_unknown' else 'none' end as effect,
        fact_id, file, line
    from day_contract
    where side = 'financing'
),
charge as (
    select * from day_contract unpivot (owed for item in (interest, fee, compensation))
),
interest_fees_term as (
    select account_id, 'debt' as side, 'interest_fees' as term, item, code, contract_id,
        exact(owed) as amount, item as rule, 'none' as effect, fact_id, file, line
    from charge
    where owed <> 0
),
other_liability_term as (
    select account_id, 'debt' as side, 'other_liabilities' as term, kind as item,
        exact(amount) as amount, 'other_liability' as rule, 'none' as effect, fact_id, file, line
    from other_liability
),
every as (
    select * from cash_term
    union all by name select * from share_term
    union all by name select * from dividend_term
    union all by name select * from other_collateral_term
    union all by name select * from financed_term
    union all by name select * from interest_fees_term
    union all by name select * from other_liability_term
)
select
    account_id, side, term, item, code, contract_id, quantity, ratio, price, price_date, price_age,
    adjusted, amount, rule, effect, fact_id, file, line, price_fact_id, price_file, price_line,
    entitlement_fact_id, entitlement_file, entitlement_line
from every semi join credit_account using (account_id)
