-- A stale close from before an ex-date (除权除息日) is carried over it:
-- (close - dividend + subscription price x rights) / (1 + bonus + rights), ex-date by ex-date.
with recursive
ex_day as (
    select
        code,
        ex_date,
        sum(case when kind = 'dividend' then value else 0 end)::decimal(20, 8) as cash_out,
        sum(case when kind = 'rights' then value * coalesce(subscription_price, 0) else 0 end)
            ::decimal(26, 12) as paid_in,
        sum(case when kind in ('bonus', 'rights') then value else 0 end)::decimal(20, 8) as new_shares
    from entitlement semi join last_close using (code)
    group by code, ex_date
),
crossed as (
    select l.code, l.what, e.cash_out, e.paid_in, e.new_shares,
        row_number() over (partition by l.code, l.what order by e.ex_date) as step
    from last_close l
    join ex_day e
        on e.code = l.code and e.ex_date > l.known_on and e.ex_date <= (select as_of from parameter)
),
carried as (
    select code, what, 0::bigint as step, price::decimal(26, 12) as price,
        price::decimal(26, 12) as numerator, 1::decimal(20, 8) as divisor
    from last_close
    union all
    select c.code, c.what, x.step,
        price_quotient(greatest(c.price - x.cash_out + x.paid_in, 0), 1 + x.new_shares) as price,
        greatest(c.price - x.cash_out + x.paid_in, 0)::decimal(26, 12) as numerator,
        (1 + x.new_shares)::decimal(20, 8) as divisor
    from carried c
    join crossed x on x.code = c.code and x.what = c.what and x.step = c.step + 1
)
select code, what, arg_max(price, step) as price, arg_max(numerator, step) as numerator,
    arg_max(divisor, step) as divisor, max(step) > 0 as adjusted
from carried
group by code, what
