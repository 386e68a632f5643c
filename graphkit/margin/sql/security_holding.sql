-- One security in an account or a group, against its total assets: market value and bonus in transit.
with
of_account as (
    select account_id, code, sum(amount) as value
    from terms
    where code is not null
        and (term = 'securities' or (term = 'entitlements' and item = 'bonus'))
    group by account_id, code
),
of_group as (
    select g.group_id, h.code, sum(h.value) as value
    from group_account g
    join of_account h using (account_id)
    group by g.group_id, h.code
)
select 'account' as subject_kind, account_id as subject, code, value,
    a.assets, a.printed_assets, a.asset_units, a.assets as band_assets, a.debt as band_debt, a.debt_unknown
from of_account join account_position a using (account_id)
where value > 0
union all
select 'group' as subject_kind, group_id as subject, code, value,
    t.assets, t.printed_assets, t.asset_units, t.indebted_assets as band_assets, t.indebted_debt as band_debt, t.debt_unknown
from of_group join group_total t using (group_id)
where value > 0
