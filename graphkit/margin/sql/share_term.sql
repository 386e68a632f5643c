-- Terms that are shares at a price: positions, shares in transit, shorts and the shares they owe.
-- `effect` says what a row does to its account: lower_bound (an asset counts 0), blocked,
-- debt_unknown (blocked, and no ratio can be given).
with
long_held as (
    select p.account_id, 'assets' as side, 'securities' as term, 'position' as item, p.code,
        p.quantity, p.quantity::decimal(32, 10) as shares,
        s.* exclude (code, side, suspended), s.basis as rule,
        case when s.basis = 'no_price' then 'lower_bound' else 'none' end as effect,
        p.fact_id, p.file, p.line
    from day_position p
    join security_price s on s.code = p.code and s.side = 'long'
    where p.quantity <> 0
),
long_in_transit as (
    select e.account_id, 'assets' as side, 'entitlements' as term, e.kind as item, e.code,
        e.quantity, e.value as ratio, e.new_shares as shares,
        s.* exclude (code, side, suspended),
        case when not e.counted then 'no_record_day' when s.basis = 'no_price' then s.basis
            else e.kind end as rule,
        case when not e.counted or s.basis = 'no_price' then 'lower_bound' else 'none' end as effect,
        e.holding_fact_id as fact_id, e.holding_file as file, e.holding_line as line,
        e.fact_id as entitlement_fact_id, e.file as entitlement_file, e.line as entitlement_line
    from entitled e
    join security_price s on s.code = e.code and s.side = 'long_in_transit'
    where e.side = 'long' and e.kind <> 'dividend'
),
-- A short never counts zero: without any price its sale price counts and the account is blocked.
short_sold as (
    select c.account_id, 'debt' as side, 'short_value' as term, 'short' as item, c.code,
        c.contract_id, c.quantity, c.quantity::decimal(32, 10) as shares, c.sale_price,
        s.* exclude (code, side, suspended), c.fact_id, c.file, c.line
    from day_contract c
    join security_price s on s.code = c.code and s.side = 'short'
    where c.side = 'short' and (c.quantity is null or c.quantity <> 0)
),
short_owes as (
    select e.account_id, 'debt' as side, 'short_entitlements' as term, e.kind as item, e.code,
        e.contract_id, e.quantity, e.value as ratio, e.new_shares as shares, e.sale_price,
        s.* exclude (code, side, suspended),
        case when e.counted then e.kind else 'no_record_day' end as rule,
        e.holding_fact_id as fact_id, e.holding_file as file, e.holding_line as line,
        e.fact_id as entitlement_fact_id, e.file as entitlement_file, e.line as entitlement_line
    from entitled e
    join security_price s on s.code = e.code and s.side = 'short_in_transit'
    where e.side = 'short' and e.kind = 'bonus'
),
short_priced as (
    select * replace (
            case when basis <> 'no_price' then basis when sale_price > 0 then 'sale_price'
                else 'no_price' end as basis,
            case when basis <> 'no_price' then price else sale_price::decimal(26, 12) end as price,
            case when basis <> 'no_price' then numerator else sale_price::decimal(26, 12) end
                as numerator
        )
    from (select * from short_sold union all by name select * from short_owes)
),
short_judged as (
    select * exclude (sale_price) replace (coalesce(rule, basis) as rule),
        case when shares is null or basis = 'no_price' then 'debt_unknown'
            when basis = 'sale_price' then 'blocked' else 'none' end as effect
    from short_priced
),
every as (
    select * from long_held
    union all by name select * from long_in_transit
    union all by name select * from short_judged
),
simple as (
    select *, case when effect = 'lower_bound' then 0 when effect = 'debt_unknown' then null
        when ratio is null then quantity * numerator
        else exact(shares * numerator) end as amount
    from every
    where divisor = 1 or effect in ('lower_bound', 'debt_unknown')
),
-- At a quotient the rows of one security are valued together, each as the step of a running total.
running as (
    select *,
        sum(shares) over (
            partition by account_id, side, code, numerator, divisor
            order by term desc, item, contract_id, entitlement_fact_id, fact_id
            rows unbounded preceding
        )::decimal(32, 10) as shares_so_far
    from every
    where divisor <> 1 and effect not in ('lower_bound', 'debt_unknown')
),
quotient as (
    select * exclude (shares_so_far),
        share_value(shares_so_far, numerator, divisor)
            - share_value(shares_so_far - shares, numerator, divisor) as amount
    from running
)
select * exclude (numerator, divisor, basis, shares) from simple
union all by name
select * exclude (numerator, divisor, basis, shares) from quotient
