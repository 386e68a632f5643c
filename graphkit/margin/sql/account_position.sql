-- Where each account stands: whether it has a ratio, which lines it crosses, what it lacks to its
-- call line. Lines are compared by cross-multiplication, never by the printed ratio.
with
judged as (
    select
        t.*, l.* exclude (account_id, fact_id),
        t.debt > 0 and not t.debt_unknown as has_ratio,
        below(t.assets, l.warning_line, t.debt, p.warning_inclusive) as under_warning,
        below(t.assets, l.call_line, t.debt, p.call_inclusive) as under_call,
        below(t.assets, l.urgent_line, t.debt, p.urgent_inclusive) as under_urgent
    from account_total t
    join account_line l using (account_id)
    cross join parameter p
)
select
    *,
    printed(assets) as printed_assets,
    units(assets) as asset_units,
    units(debt) as debt_units,
    case when blocked then 'blocked' when debt <= 0 then 'no_debt'
        when lower_bound then 'lower_bound' else 'exact' end as ratio_standing,
    case when not has_ratio then null when under_urgent then 'urgent' when under_call then 'call'
        when under_warning then 'warning' else 'none' end as crossed,
    case when has_ratio and under_call then call_line * debt - assets else 0 end as shortfall
from judged
