-- The lines of each account: its own terms over the rulebook. A restore line below the call line is
-- refused: the rulebook's counts, never one below the call line.
with
wanted as (
    select
        a.account_id, p.restore_line as house_restore,
        coalesce(t.warning_line, p.warning_line) as warning_line,
        coalesce(t.call_line, p.call_line) as call_line,
        coalesce(t.restore_line, p.restore_line) as restore_line,
        coalesce(t.urgent_line, p.urgent_line) as urgent_line,
        coalesce(t.withdraw_line, p.withdraw_line) as withdraw_line,
        t.warning_line is not null as own_warning,
        t.call_line is not null as own_call,
        t.restore_line is not null as own_restore,
        t.urgent_line is not null as own_urgent,
        t.withdraw_line is not null as own_withdraw,
        t.fact_id
    from credit_account a
    cross join parameter p
    left join account_terms t using (account_id)
),
checked as (
    select *, restore_line < call_line as restore_refused from wanted
)
select
    account_id, warning_line, call_line,
    case when restore_refused then greatest(house_restore, call_line) else restore_line end
        as restore_line,
    urgent_line, withdraw_line,
    case when own_warning then 'account_terms' else 'rulebook' end as warning_line_from,
    case when own_call then 'account_terms' else 'rulebook' end as call_line_from,
    case when restore_refused then 'rulebook (terms refused)'
        when own_restore then 'account_terms' else 'rulebook' end as restore_line_from,
    case when own_urgent then 'account_terms' else 'rulebook' end as urgent_line_from,
    case when own_withdraw then 'account_terms' else 'rulebook' end as withdraw_line_from,
    restore_refused, restore_line as restore_wanted, fact_id
from checked
