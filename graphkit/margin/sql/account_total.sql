-- Each account's terms, assets and debt, and what is wrong with them.
with
summed as (
    select
        account_id,
        sum(amount) filter (where term = 'cash') as cash,
        sum(amount) filter (where term = 'securities') as securities,
        sum(amount) filter (where term = 'entitlements') as entitlements,
        sum(amount) filter (where term = 'other_collateral') as other_collateral,
        sum(amount) filter (where term = 'financed') as financed,
        sum(amount) filter (where term = 'short_value') as short_value,
        sum(amount) filter (where term = 'short_entitlements') as short_entitlements,
        sum(amount) filter (where term = 'interest_fees') as interest_fees,
        sum(amount) filter (where term = 'other_liabilities') as other_liabilities,
        sum(amount) filter (where side = 'assets') as assets,
        sum(amount) filter (where side = 'debt') as debt,
        bool_or(effect = 'lower_bound') as lower_bound,
        bool_or(effect in ('blocked', 'debt_unknown')) as blocked,
        bool_or(effect = 'debt_unknown') as debt_unknown
    from terms
    group by account_id
),
absent as (
    select account_id, bool_or(what = 'contract') as contract_absent
    from missing_row
    group by account_id
)
select
    a.account_id, a.client_id, a.client,
    coalesce(s.cash, 0) as cash,
    coalesce(s.securities, 0) as securities,
    coalesce(s.entitlements, 0) as entitlements,
    coalesce(s.other_collateral, 0) as other_collateral,
    coalesce(s.financed, 0) as financed,
    coalesce(s.short_value, 0) as short_value,
    coalesce(s.short_entitlements, 0) as short_entitlements,
    coalesce(s.interest_fees, 0) as interest_fees,
    coalesce(s.other_liabilities, 0) as other_liabilities,
    coalesce(s.assets, 0) as assets,
    coalesce(s.debt, 0) as debt,
    coalesce(s.lower_bound, false) as lower_bound,
    coalesce(s.blocked, false) or m.account_id is not null as blocked,
    coalesce(s.debt_unknown, false) or coalesce(m.contract_absent, false) as debt_unknown
from credit_account a
left join summed s using (account_id)
left join absent m using (account_id)
