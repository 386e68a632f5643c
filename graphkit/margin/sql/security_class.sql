-- Which classes of the concentration table in force a security belongs to.
with
described as (
    select
        code, s.board, s.listing_date, coalesce(st.special_list, false) as special_list,
        st.concentration_group, d.days_listed
    from needed_code
    left join security s using (code)
    left join security_state st using (code)
    left join listed_days d using (code)
)
select d.code, c.rule, c.rule_status
from described d
join concentration_class c on
    (c.special_list is null or c.special_list = d.special_list)
    and (c.boards is null or list_contains(c.boards, d.board))
    and (c.concentration_group is null or c.concentration_group = d.concentration_group)
    -- days_listed is known for the newly listed only; a security without a listing date is not new
    and (c.listed_at_most is null or d.days_listed <= c.listed_at_most)
    and (c.listed_more_than is null or d.days_listed is null or d.days_listed > c.listed_more_than)
