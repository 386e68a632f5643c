-- Concentration of a single security (单一证券集中度). The band is that of the ratio (of a group: its
-- pooled indebted members), lower edges as the rulebook says; an unknown debt puts it in the lowest.
-- Without debt there is no tier. Several classes: the least; none: the house default.
with
tiered as (
    select h.subject_kind, h.subject, h.code, c.rule, c.rule_status, t.single_limit, t.inclusive
    from security_holding h
    join security_class c using (code)
    join concentration_tier t using (rule)
    cross join parameter p
    where case
        when h.debt_unknown then t.from_ratio = 0
        else h.band_debt > 0
            and not below(greatest(h.band_assets, 0), t.from_ratio, h.band_debt, not p.edge_inclusive)
            and (t.to_ratio is null
                or below(greatest(h.band_assets, 0), t.to_ratio, h.band_debt, not p.edge_inclusive))
    end
),
least_tier as (
    select subject_kind, subject, code,
        arg_min({'rule': rule, 'rule_status': rule_status, 'inclusive': inclusive,
            'single_limit': single_limit}, {'l': single_limit, 'r': rule}) as tier
    from tiered
    group by subject_kind, subject, code
),
limited as (
    select
        h.*,
        case when h.debt_unknown or h.band_debt > 0
            then coalesce(l.tier.single_limit, p.single_default) end as limit_share,
        case when h.debt_unknown or h.band_debt > 0
            then coalesce(l.tier.rule, 'concentration_single_default') end as rule,
        case when h.debt_unknown or h.band_debt > 0
            then coalesce(l.tier.rule_status, p.single_default_status) end as rule_status,
        coalesce(l.tier.inclusive, p.single_default_inclusive) as inclusive
    from security_holding h
    cross join parameter p
    left join least_tier l using (subject_kind, subject, code)
)
select
    subject_kind, subject, 'concentration_single' as limit_name, code, value,
    printed_assets as base, asset_units as base_units,
    null::decimal(12, 8) as warning_share, limit_share,
    coalesce(limit_share is not null and above(value, limit_share, assets, inclusive), false)
        as over_limit,
    false as over_warning, rule, rule_status
from limited
