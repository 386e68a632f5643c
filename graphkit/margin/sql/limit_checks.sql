-- Every limit tested, with its share printed up. What a group exceeds is what the policy says.
with
tested as (
    select * from concentration_check
    union all by name
    select * from net_capital_check
),
counted as (
    select *, units(value) as value_units from tested
)
select
    subject_kind, subject, limit_name, code,
    printed(value) as value,
    base,
    case when base_units > 0 then fraction_up(value_units, base_units) end as share,
    warning_share, limit_share, over_limit,
    case when over_limit and subject_kind = 'group' then p.group_limits_verdict
        when over_limit then 'breach' when over_warning then 'warning' else 'ok' end as verdict,
    rule,
    case when subject_kind = 'group' and rule is not null and p.group_limits_status = 'unconfirmed'
        then 'unconfirmed' else rule_status end as rule_status
from counted cross join parameter p
