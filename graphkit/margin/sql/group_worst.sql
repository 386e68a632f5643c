-- The worst member of a group: the least ratio, ties to the smaller account id. Six quotients of nine
-- digits, each of the remainder of the one before, order any two different ratios rightly.
with
member as (
    select g.group_id, a.account_id, a.asset_units as n, a.debt_units as d
    from group_account g
    join account_position a using (account_id)
    where a.has_ratio
),
digits_1 as (select *, ratio_down(n, d) as q0, n - ratio_down(n, d) * d as r0 from member),
digits_2 as (
    select *, (r0 * 1000000000) // d as q1, (r0 * 1000000000) % d as r1 from digits_1
),
digits_3 as (
    select *, (r1 * 1000000000) // d as q2, (r1 * 1000000000) % d as r2 from digits_2
),
digits_4 as (
    select *, (r2 * 1000000000) // d as q3, (r2 * 1000000000) % d as r3 from digits_3
),
digits_5 as (
    select *, (r3 * 1000000000) // d as q4, (r3 * 1000000000) % d as r4 from digits_4
),
digits_6 as (
    select *, (r4 * 1000000000) // d as q5, (r4 * 1000000000) % d as r5 from digits_5
),
digits_7 as (select *, (r5 * 1000000000) // d as q6 from digits_6),
ranked as (
    select *, row_number() over (
        partition by group_id order by q0, q1, q2, q3, q4, q5, q6, account_id
    ) as place
    from digits_7
)
select group_id, account_id as worst_member, fraction_down(n, d) as worst_ratio
from ranked
where place = 1
