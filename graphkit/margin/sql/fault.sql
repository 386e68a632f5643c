-- What a reader of the figures must know, one row a finding; the words are in findings.py.
-- `d1` to `d3` fill in the words; `accounts` counts those it touches.
with
stray_account as (
    select 'unknown_account' as code, account_id as subject, 1 as accounts,
        null as d1, null as d2, null as d3, []::varchar[] as facts
    from credit_account where stray
),
misplaced_contract as (
    select 'contract_outside_credit' as code, c.contract_id as subject, 1 as accounts,
        c.account_id as d1, a.kind as d2, null as d3, [c.fact_id] as facts
    from day_contract c
    join account a using (account_id)
    where a.kind <> 'credit'
),
absent as (
    select 'missing_' || what as code, coalesce(contract_id, account_id) as subject, 1 as accounts,
        account_id as d1, null as d2, null as d3, list_filter([fact_id], x -> x is not null) as facts
    from missing_row
),
refused_line as (
    select 'restore_below_call' as code, account_id as subject, 1 as accounts,
        restore_wanted::varchar as d1, call_line::varchar as d2, restore_line::varchar as d3,
        list_filter([fact_id], x -> x is not null) as facts
    from account_line where restore_refused
),
long_without_price as (
    select 'no_price_long' as code, t.code as subject, count(distinct account_id) as accounts,
        (select max(l.known_on)::varchar from last_close l where l.code = t.code and l.what = 'close')
            as d1,
        (select bool_or(suspended)::varchar from security_price s where s.code = t.code) as d2,
        null as d3, list(fact_id order by fact_id)[1:10] as facts
    from terms t
    where effect = 'lower_bound' and rule = 'no_price'
    group by t.code
),
suspended_price as (
    select 'suspended_price' as code, t.code as subject, count(distinct account_id) as accounts,
        max(price_date)::varchar as d1, max(price_age)::varchar as d2,
        bool_or(adjusted)::varchar as d3,
        list(distinct price_fact_id) as facts
    from terms t
    where rule = 'last_close'
    group by t.code
),
stale_short as (
    select 'stale_price_short' as code, t.code as subject, count(distinct account_id) as accounts,
        rule as d1, max(price_date)::varchar as d2, max(price_age)::varchar as d3,
        list(distinct price_fact_id) as facts
    from terms t
    where term = 'short_value' and rule in ('stale_close', 'prev_close')
    group by t.code, rule
),
blocking_short as (
    select case when quantity is null then 'short_quantity_missing'
            when rule = 'sale_price' then 'sale_price_short' else 'no_price_short' end as code,
        contract_id as subject, 1 as accounts, account_id as d1, t.code as d2,
        price::varchar as d3, [fact_id] as facts
    from terms t
    where term = 'short_value' and effect in ('blocked', 'debt_unknown')
),
principal_missing as (
    select 'principal_missing' as code, contract_id as subject, 1 as accounts, account_id as d1,
        t.code as d2, null as d3, [fact_id] as facts
    from terms t
    where term = 'financed' and effect = 'debt_unknown'
),
fair_value_used as (
    select 'fair_value_used' as code, t.code as subject, count(distinct account_id) as accounts,
        max(t.price)::varchar as d1, max(price_date)::varchar as d2,
        max(d.made_on) filter (where d.made_on < price_date)::varchar as d3,
        list(distinct price_fact_id) as facts
    from terms t
    left join decision d on d.kind = 'accept_fair_value' and d.subject_a = t.code
    where rule = 'fair_value'
    group by t.code
),
fair_value_idle as (
    select 'fair_value_not_accepted' as code, f.code as subject, 0 as accounts,
        f.value::varchar as d1, f.date::varchar as d2, null as d3, [f.fact_id] as facts
    from fair_value f
    semi join needed_code using (code)
    where not exists (
        select 1 from decision d, parameter p
        where d.kind = 'accept_fair_value' and d.subject_a = f.code and d.subject_b is null
            and d.made_on <= p.as_of and (d.until is null or d.until >= p.as_of)
    )
),
narrow_acceptance as (
    select 'acceptance_not_applied' as code, decision_id as subject, 0 as accounts,
        subject_a as d1, subject_b as d2, null as d3, [fact_id] as facts
    from decision where kind = 'accept_fair_value' and subject_b is not null
),
undated_entitlement as (
    select 'entitlement_undated' as code, e.code as subject, 0 as accounts,
        e.kind as d1, e.ex_date::varchar as d2,
        case when e.record_date is null then 'record_date' else 'pay_date' end as d3,
        [e.fact_id] as facts
    from entitlement e
    semi join needed_code using (code), parameter p
    where e.ex_date <= p.as_of and e.ex_date > p.search_from
        and (e.pay_date is null or (e.record_date is null and e.pay_date > p.as_of))
),
unknown_record_day as (
    select 'no_record_day' as code, t.code as subject, count(distinct account_id) as accounts,
        item as d1, side as d2, null as d3, list(distinct entitlement_fact_id) as facts
    from terms t where rule = 'no_record_day'
    group by t.code, item, side
),
rights_on_short as (
    select 'rights_on_short' as code, i.code as subject, count(distinct c.account_id) as accounts,
        i.ex_date::varchar as d1, null as d2, null as d3, [any_value(i.fact_id)] as facts
    from in_transit i
    join day_contract c on c.code = i.code and c.side = 'short' and c.quantity <> 0
    where i.kind = 'rights'
    group by i.code, i.ex_date
),
excess_rights as (
    select 'rights_over_entitlement' as code, s.account_id as subject, 1 as accounts,
        s.code as d1, s.quantity::varchar as d2, e.new_shares::varchar as d3, [s.fact_id] as facts
    from subscription s
    join entitled e on e.account_id = s.account_id and e.code = s.code and e.ex_date = s.ex_date
        and e.kind = 'rights' and e.side = 'long'
    where s.quantity > e.new_shares
),
unpriced_rights as (
    select 'rights_without_price' as code, e.code as subject, 0 as accounts,
        e.ex_date::varchar as d1, null as d2, null as d3, [e.fact_id] as facts
    from entitlement e
    join last_close l on l.code = e.code and l.what = 'close'
    where e.kind = 'rights' and e.subscription_price is null and e.ex_date > l.known_on
        and e.ex_date <= (select as_of from parameter)
),
no_net_capital as (
    select 'no_net_capital' as code, 'net_capital' as subject,
        (select count(*) from credit_account)::integer as accounts,
        null as d1, null as d2, null as d3, []::varchar[] as facts
    where not exists (select 1 from broker_figure where name = 'net_capital' and value > 0)
        and exists (select 1 from account_total where financed > 0 or short_value > 0)
),
every as (
    select * from stray_account
    union all by name select * from misplaced_contract
    union all by name select * from absent
    union all by name select * from refused_line
    union all by name select * from long_without_price
    union all by name select * from suspended_price
    union all by name select * from stale_short
    union all by name select * from blocking_short
    union all by name select * from principal_missing
    union all by name select * from fair_value_used
    union all by name select * from fair_value_idle
    union all by name select * from narrow_acceptance
    union all by name select * from undated_entitlement
    union all by name select * from unknown_record_day
    union all by name select * from rights_on_short
    union all by name select * from excess_rights
    union all by name select * from unpriced_rights
    union all by name select * from no_net_capital
)
select code, subject, accounts::bigint as accounts, d1, d2, d3, list_sort(facts) as facts
from every
order by code, subject, d1, d2, d3
