-- The accounts to measure: credit accounts in force (a closed one only while it has rows of the day),
-- and accounts that have rows of the day although nobody has told whose they are.
with
day_row as (
    select account_id from cash
    union select account_id from day_position
    union select account_id from day_contract
    union select account_id from other_liability
),
listed as (
    select account_id, client_id, fact_id, false as stray
    from account
    where kind = 'credit'
        and (
            status is null
            or status not in (select status from closed_account_status)
            or account_id in (select account_id from day_row)
        )
),
stray as (
    select account_id, null as client_id, null as fact_id, true as stray
    from day_row anti join account using (account_id)
)
select account_id, client_id, coalesce(client_id, account_id) as client, fact_id, stray from listed
union all
select account_id, client_id, account_id as client, fact_id, stray from stray
