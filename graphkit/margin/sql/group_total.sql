-- Accounts of a group, pooled: over all, and over the indebted ones (whose ratio gives the band).
with
pooled as (
    select
        g.group_id,
        count(*) as accounts,
        sum(a.assets) as assets,
        sum(a.debt) as debt,
        coalesce(sum(a.assets) filter (where a.debt > 0), 0) as indebted_assets,
        coalesce(sum(a.debt) filter (where a.debt > 0), 0) as indebted_debt,
        sum(a.financed) as financed,
        sum(a.short_value) as short_value,
        sum(a.shortfall) as own_shortfalls,
        bool_or(a.lower_bound) as lower_bound,
        bool_or(a.blocked) as blocked,
        bool_or(a.debt_unknown) as debt_unknown
    from group_account g
    join account_position a using (account_id)
    group by g.group_id
)
select *, printed(assets) as printed_assets, units(assets) as asset_units from pooled
