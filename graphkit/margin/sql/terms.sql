-- Every row that goes into a term of the maintenance ratio (维持担保比例). The figures of an account
-- are the sums of these rows and nothing else. `effect` says what a row does to its account:
-- lower_bound (an asset counts 0), blocked, debt_unknown (blocked, and no ratio can be given).
with
cash_term as (
    select account_id, 'assets' as side, 'cash' as term, 'cash' as item,
        exact(total) as amount, 'cash' as rule, 'none' as effect, fact_id, file, line
    from cash
),
securities_term as (
    select p.account_id, 'assets' as side, 'securities' as term, 'position' as item, p.code,
        p.quantity, s.price, s.price_date, s.price_age, s.adjusted,
        exact(case when s.basis = 'no_price' then 0 else p.quantity * s.price end) as amount,
        s.basis as rule,
        case when s.basis = 'no_price' then 'lower_bound' else 'none' end as effect,
        p.fact_id, p.file, p.line, s.price_fact_id, s.price_file, s.price_line
    from day_position p
    join security_price s on s.code = p.code and s.side = 'long'
    where p.quantity <> 0
),
share_in_transit as (
    select e.*, s.price, s.price_date, s.price_age, s.adjusted, s.basis,
        s.price_fact_id, s.price_file, s.price_line
    from entitled e
    join security_price s on s.code = e.code and s.side = 'long_in_transit'
    where e.side = 'long' and e.kind <> 'dividend'
),
entitlement_shares_term as (
    select account_id, 'assets' as side, 'entitlements' as term, kind as item, code, quantity,
        value as ratio, price, price_date, price_age, adjusted,
        exact(case when not counted or basis = 'no_price' then 0 else new_shares * price end)
            as amount,
        case when not counted then 'no_record_day' when basis = 'no_price' then basis else kind end
            as rule,
        case when not counted or basis = 'no_price' then 'lower_bound' else 'none' end as effect,
        holding_fact_id as fact_id, holding_file as file, holding_line as line,
        price_fact_id, price_file, price_line,
        fact_id as entitlement_fact_id, file as entitlement_file, line as entitlement_line
    from share_in_transit
),
entitlement_money_term as (
    select account_id, 'assets' as side, 'entitlements' as term, kind as item, code, quantity,
        value as ratio,
        exact(case when counted then money else 0 end) as amount,
        case when counted then kind else 'no_record_day' end as rule,
        case when counted then 'none' else 'lower_bound' end as effect,
        holding_fact_id as fact_id, holding_file as file, holding_line as line,
        fact_id as entitlement_fact_id, file as entitlement_file, line as entitlement_line
    from entitled
    where side = 'long' and kind = 'dividend'
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
-- A short never counts zero: without any price its sale price counts and the account is blocked.
short_priced as (
    select c.*, s.price_date, s.price_age, s.adjusted,
        s.price_fact_id, s.price_file, s.price_line,
        case when s.basis <> 'no_price' then s.price
            when c.sale_price > 0 then c.sale_price::decimal(26, 12) end as price,
        case when s.basis <> 'no_price' then s.basis
            when c.sale_price > 0 then 'sale_price' else 'no_price' end as basis
    from day_contract c
    join security_price s on s.code = c.code and s.side = 'short'
    where c.side = 'short' and (c.quantity is null or c.quantity <> 0)
),
short_value_term as (
    select account_id, 'debt' as side, 'short_value' as term, 'short' as item, code, contract_id,
        quantity, price, price_date, price_age, adjusted,
        exact(quantity * price) as amount, basis as rule,
        case when quantity is null or price is null then 'debt_unknown'
            when basis = 'sale_price' then 'blocked' else 'none' end as effect,
        fact_id, file, line, price_fact_id, price_file, price_line
    from short_priced
),
short_owes_shares as (
    select e.*, s.price_date, s.price_age, s.adjusted, s.price_fact_id, s.price_file, s.price_line,
        case when s.basis <> 'no_price' then s.price
            when e.sale_price > 0 then e.sale_price::decimal(26, 12) end as price,
        case when s.basis <> 'no_price' then s.basis
            when e.sale_price > 0 then 'sale_price' else 'no_price' end as basis
    from entitled e
    join security_price s on s.code = e.code and s.side = 'short_in_transit'
    where e.side = 'short' and e.kind = 'bonus'
),
short_shares_term as (
    select account_id, 'debt' as side, 'short_entitlements' as term, kind as item, code, contract_id,
        quantity, value as ratio, price, price_date, price_age, adjusted,
        exact(new_shares * price) as amount,
        case when counted then kind else 'no_record_day' end as rule,
        case when price is null then 'debt_unknown' when basis = 'sale_price' then 'blocked'
            else 'none' end as effect,
        holding_fact_id as fact_id, holding_file as file, holding_line as line,
        price_fact_id, price_file, price_line,
        fact_id as entitlement_fact_id, file as entitlement_file, line as entitlement_line
    from short_owes_shares
),
short_money_term as (
    select account_id, 'debt' as side, 'short_entitlements' as term, kind as item, code, contract_id,
        quantity, value as ratio, exact(money) as amount,
        case when counted then kind else 'no_record_day' end as rule, 'none' as effect,
        holding_fact_id as fact_id, holding_file as file, holding_line as line,
        fact_id as entitlement_fact_id, file as entitlement_file, line as entitlement_line
    from entitled
    where side = 'short' and kind = 'dividend'
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
    union all by name select * from securities_term
    union all by name select * from entitlement_shares_term
    union all by name select * from entitlement_money_term
    union all by name select * from other_collateral_term
    union all by name select * from financed_term
    union all by name select * from short_value_term
    union all by name select * from short_shares_term
    union all by name select * from short_money_term
    union all by name select * from interest_fees_term
    union all by name select * from other_liability_term
)
select
    account_id, side, term, item, code, contract_id, quantity, ratio, price, price_date, price_age,
    adjusted, amount, rule, effect, fact_id, file, line, price_fact_id, price_file, price_line,
    entitlement_fact_id, entitlement_file, entitlement_line
from every semi join credit_account using (account_id)
