-- The latest close and previous close known of each security. A close of 0 is a feed's way to say
-- that there is none. A row without volume is a close carried on: `traded_on` is the last real one.
with
seen as (
    select code, date, volume, fact_id, file, line,
        case when close > 0 then close end as close,
        case when prev_close > 0 then prev_close end as prev_close
    from price semi join needed_code using (code)
    where date <= (select as_of from parameter)
),
latest as (
    select
        code,
        arg_max({'date': date, 'price': close, 'fact_id': fact_id, 'file': file, 'line': line}, date)
            filter (where close is not null) as closed,
        arg_max({'date': date, 'price': prev_close, 'fact_id': fact_id, 'file': file, 'line': line}, date)
            filter (where prev_close is not null) as previous,
        max(date) filter (where close is not null and (volume is null or volume > 0)) as traded_on
    from seen
    group by code
)
select code, 'close' as what, closed.date as known_on, closed.price, traded_on,
    closed.fact_id, closed.file, closed.line
from latest where closed is not null
union all
select code, 'prev_close' as what, previous.date as known_on, previous.price, null as traded_on,
    previous.fact_id, previous.file, previous.line
from latest where previous is not null
