-- Groups (同一客户): the pooled ratio is monitoring only (no cross-collateral), so the worst member and
-- the sum of own shortfalls always stand beside it. Lines are the rulebook's.
with
judged as (
    select
        h.group_id, h.level, h.members, h.unresolved, t.* exclude (group_id),
        t.indebted_debt > 0 and not t.debt_unknown as has_ratio,
        below(t.indebted_assets, p.warning_line, t.indebted_debt, p.warning_inclusive) as under_warning,
        below(t.indebted_assets, p.call_line, t.indebted_debt, p.call_inclusive) as under_call,
        below(t.indebted_assets, p.urgent_line, t.indebted_debt, p.urgent_inclusive) as under_urgent,
        p.call_line * t.indebted_debt - t.indebted_assets as pooled_gap
    from group_head h
    join group_total t using (group_id)
    cross join parameter p
)
select
    j.group_id, j.level, j.members, j.accounts,
    j.printed_assets as assets,
    printed(j.debt) as debt,
    case when has_ratio then fraction_down(j.asset_units, units(j.debt)) end as pooled_ratio,
    case when has_ratio then fraction_down(units(j.indebted_assets), units(j.indebted_debt)) end
        as pooled_ratio_indebted,
    case when blocked then 'blocked' when indebted_debt <= 0 then 'no_debt'
        when lower_bound then 'lower_bound' else 'exact' end as ratio_standing,
    case when indebted_debt <= 0 and not debt_unknown then 'none' when not has_ratio then null
        when under_urgent then 'urgent' when under_call then 'call'
        when under_warning then 'warning' else 'none' end as line_crossed,
    w.worst_member, w.worst_ratio,
    cents_up(own_shortfalls)::decimal(28, 2) as own_shortfall_sum,
    cents_up(case when has_ratio and under_call then pooled_gap else 0 end)::decimal(28, 2)
        as pooled_shortfall,
    printed(financed) as financed,
    printed(short_value) as short_value,
    unresolved
from judged j
left join group_worst w using (group_id)
