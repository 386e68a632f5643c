-- Every short contract once: of its rows of many days, the latest says what was opened.
-- A contract that states no opening quantity is taken with the most that was ever outstanding.
with shorts as (
    select * from contract where side = 'short'
),
latest as (
    select
        contract_id, account_id, code, open_date, opened_quantity, sale_price, fact_id, "date"
    from shorts
    qualify row_number() over (partition by contract_id order by "date" desc, fact_id) = 1
),
outstanding as (
    select contract_id, max(quantity) as most, min("date") as first_seen
    from shorts
    group by contract_id
)
select
    latest.contract_id,
    latest.account_id,
    latest.code,
    latest.open_date,
    latest.opened_quantity,
    outstanding.most,
    outstanding.first_seen,
    latest.sale_price,
    latest.fact_id
from latest
join outstanding using (contract_id)
order by latest.contract_id
