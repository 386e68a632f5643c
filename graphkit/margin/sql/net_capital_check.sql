-- One client's financing (principal) and short sales (market value) against the broker's net capital,
-- over its credit accounts; the same for the one client behind several (同一客户).
with
owed as (
    select 'client' as subject_kind, client as subject, sum(financed) as financed,
        sum(short_value) as short_value
    from account_position group by client
    union all
    select 'group' as subject_kind, group_id as subject, financed, short_value from group_total
),
measured as (
    select subject_kind, subject, 'client_financing_limit' as limit_name, financed as value from owed
    union all
    select subject_kind, subject, 'client_short_limit' as limit_name, short_value as value from owed
),
net_capital as (
    select value as base, units(value) as base_units from broker_figure where name = 'net_capital' and value > 0
)
select
    m.subject_kind, m.subject, m.limit_name, null::varchar as code, m.value, n.base, n.base_units,
    (l.limit_share * l.warning_part)::decimal(12, 8) as warning_share, l.limit_share,
    above(m.value, l.limit_share, n.base, l.inclusive) as over_limit,
    above(m.value, (l.limit_share * l.warning_part)::decimal(12, 8), n.base, l.warning_inclusive)
        as over_warning,
    l.limit_name as rule, l.rule_status
from measured m
join net_capital_limit l using (limit_name)
cross join net_capital n
where m.value > 0
