-- Who was entitled, on the quantity at the close of the record date: longs receive, shorts owe.
-- `new_shares` are the shares to come (bonus, paid rights), `money` the dividend.
with
long_holder as (
    select e.*, p.account_id, null as contract_id, null::decimal(18, 4) as sale_price,
        p.quantity, p.fact_id as holding_fact_id, p.file as holding_file, p.line as holding_line
    from in_transit e
    join position p on p.code = e.code and p.date = e.record_date and p.quantity <> 0
    where e.long_known
),
long_bonus_or_dividend as (
    select * exclude (subscription_price), 'long' as side,
        case when kind = 'bonus' then quantity * value end as new_shares,
        case when kind = 'dividend' then quantity * value end as money,
        true as counted
    from long_holder
    where kind in ('bonus', 'dividend')
),
long_rights as (
    select h.* exclude (subscription_price), 'long' as side,
        least(coalesce(s.quantity, h.quantity * h.value), h.quantity * h.value) as new_shares,
        null::decimal(32, 10) as money,
        true as counted
    from long_holder h
    join subscription s on s.account_id = h.account_id and s.code = h.code and s.ex_date = h.ex_date
    where h.kind = 'rights' and s.paid_on <= (select as_of from parameter)
),
-- Nobody knows the record date's rows: a long counts nothing, a short the quantity of the day.
long_unknown as (
    select e.* exclude (subscription_price), p.account_id, null as contract_id,
        null::decimal(18, 4) as sale_price, p.quantity, p.fact_id as holding_fact_id,
        p.file as holding_file, p.line as holding_line, 'long' as side,
        null::decimal(32, 10) as new_shares, null::decimal(32, 10) as money, false as counted
    from in_transit e
    join day_position p on p.code = e.code and p.quantity <> 0
    where not e.long_known and e.kind in ('bonus', 'dividend')
),
rights_unknown as (
    select e.* exclude (subscription_price), s.account_id, null as contract_id,
        null::decimal(18, 4) as sale_price, null::decimal(20, 2) as quantity,
        s.fact_id as holding_fact_id, s.file as holding_file, s.line as holding_line,
        'long' as side, s.quantity::decimal(32, 10) as new_shares, null::decimal(32, 10) as money,
        s.quantity is not null as counted
    from in_transit e
    join subscription s on s.code = e.code and s.ex_date = e.ex_date
    where not e.long_known and e.kind = 'rights' and s.paid_on <= (select as_of from parameter)
),
short_row as (
    select contract_id, account_id, code, quantity, sale_price, date, fact_id, file, line
    from contract
    where side = 'short' and quantity <> 0
),
short_holder as (
    select e.* exclude (subscription_price), c.account_id, c.contract_id, c.sale_price, c.quantity,
        c.fact_id as holding_fact_id, c.file as holding_file, c.line as holding_line,
        'short' as side,
        case when kind = 'bonus' then c.quantity * e.value end as new_shares,
        case when kind = 'dividend' then c.quantity * e.value end as money,
        e.short_known as counted
    from in_transit e
    join short_row c
        on c.code = e.code
        and c.date = case when e.short_known then e.record_date else (select as_of from parameter) end
    where e.kind in ('bonus', 'dividend')
)
select * from long_bonus_or_dividend
union all by name
select * from long_rights
union all by name
select * from long_unknown
union all by name
select * from rights_unknown
union all by name
select * from short_holder
