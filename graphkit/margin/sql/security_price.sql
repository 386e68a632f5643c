-- One price for longs, one for shorts and one for shares in transit, each with its basis.
-- Long:  accepted fair value in the four cases; close; suspended: last close until N days;
--        accepted fair value; else none.
-- Short: the same, then stale: last close, previous close (the contract's sale price comes last).
with
accepted as (
    select subject_a as code, arg_max(decision_id, made_on) as decision_id, max(made_on) as made_on
    from decision, parameter
    where kind = 'accept_fair_value' and subject_b is null
        and made_on <= as_of and (until is null or until >= as_of)
    group by subject_a
),
fair as (
    select f.code, f.value::decimal(26, 12) as price, f.date as known_on, f.fact_id, f.file, f.line
    from fair_value f semi join accepted using (code)
),
close_of as (
    select l.code, l.what, l.known_on, l.traded_on, a.price, a.numerator, a.divisor, a.adjusted,
        l.fact_id, l.file, l.line
    from last_close l join adjusted_close a using (code, what)
),
known as (
    select
        n.code, p.as_of,
        coalesce(s.suspended, false) as suspended,
        s.eligible_collateral is false as not_eligible,
        coalesce(s.risk_warned, false) as risk_warned,
        p.case_not_eligible and s.eligible_collateral is false
            or p.case_suspended and coalesce(s.suspended, false)
            or p.case_risk_warned and coalesce(s.risk_warned, false) as fair_case,
        p.case_in_transit,
        c.price as close, c.numerator as close_numerator, c.divisor as close_divisor,
        c.known_on, c.adjusted, p.as_of - c.traded_on as age,
        c.fact_id, c.file, c.line,
        p.as_of - c.traded_on < p.suspended_close_days
            or (p.suspended_close_inclusive and p.as_of - c.traded_on = p.suspended_close_days)
            as within_days,
        v.price as prev_close, v.numerator as prev_numerator, v.divisor as prev_divisor, v.known_on as prev_known_on, v.adjusted as prev_adjusted,
        v.fact_id as prev_fact_id, v.file as prev_file, v.line as prev_line,
        f.price as fair, f.known_on as fair_known_on,
        f.fact_id as fair_fact_id, f.file as fair_file, f.line as fair_line
    from needed_code n
    cross join parameter p
    left join security_state s on s.code = n.code
    left join close_of c on c.code = n.code and c.what = 'close'
    left join close_of v on v.code = n.code and v.what = 'prev_close'
    left join fair f on f.code = n.code
),
chosen as (
    select
        *,
        case
            when fair_case and fair is not null then 'fair_value'
            when not suspended and known_on = as_of then 'close'
            when suspended and within_days then (case when age > 0 then 'last_close' else 'close' end)
            when fair is not null then 'fair_value'
            else 'no_price'
        end as long_basis,
        case
            when fair_case and fair > 0 then 'fair_value'
            when not suspended and known_on = as_of then 'close'
            when suspended and within_days then (case when age > 0 then 'last_close' else 'close' end)
            when fair > 0 then 'fair_value'
            when close is not null then 'stale_close'
            when prev_close is not null then 'prev_close'
            else 'no_price'
        end as short_basis
    from known
),
long_price as (select code, 'long' as side, long_basis as basis from chosen),
short_price as (select code, 'short' as side, short_basis as basis from chosen),
transit_long as (
    select code, 'long_in_transit' as side,
        case when case_in_transit and fair is not null then 'fair_value' else long_basis end as basis
    from chosen
),
transit_short as (
    select code, 'short_in_transit' as side,
        case when case_in_transit and fair > 0 then 'fair_value' else short_basis end as basis
    from chosen
),
every as (
    select * from long_price
    union all select * from short_price
    union all select * from transit_long
    union all select * from transit_short
)
select
    e.code, e.side, e.basis, c.suspended,
    case e.basis
        when 'fair_value' then c.fair when 'prev_close' then c.prev_close
        when 'no_price' then null else c.close
    end as price,
    case e.basis
        when 'fair_value' then c.fair when 'prev_close' then c.prev_numerator
        when 'no_price' then null else c.close_numerator
    end as numerator,
    case e.basis
        when 'prev_close' then c.prev_divisor
        when 'fair_value' then 1 when 'no_price' then 1 else c.close_divisor
    end::decimal(20, 8) as divisor,
    case e.basis
        when 'fair_value' then c.fair_known_on when 'prev_close' then c.prev_known_on
        when 'no_price' then null else c.known_on
    end as price_date,
    case e.basis
        when 'fair_value' then c.as_of - c.fair_known_on
        when 'prev_close' then c.as_of - c.prev_known_on
        when 'no_price' then null
        else coalesce(c.age, c.as_of - c.known_on)
    end as price_age,
    case e.basis
        when 'fair_value' then false when 'prev_close' then c.prev_adjusted
        when 'no_price' then false else c.adjusted
    end as adjusted,
    case e.basis
        when 'fair_value' then c.fair_fact_id when 'prev_close' then c.prev_fact_id
        when 'no_price' then null else c.fact_id
    end as price_fact_id,
    case e.basis
        when 'fair_value' then c.fair_file when 'prev_close' then c.prev_file
        when 'no_price' then null else c.file
    end as price_file,
    case e.basis
        when 'fair_value' then c.fair_line when 'prev_close' then c.prev_line
        when 'no_price' then null else c.line
    end as price_line
from every e join chosen c using (code)
