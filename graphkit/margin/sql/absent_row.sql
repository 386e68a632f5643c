-- Rows of the day that should be there: the cash of every account; positions of an account that held
-- some on the trading day before; contracts that were outstanding then. What sales, returns or moves
-- explain is taken out before the figures are made.
with
cash_absent as (
    select 'cash' as what, account_id, null as contract_id, fact_id
    from credit_account anti join cash using (account_id)
),
held_before as (
    select account_id, min(fact_id) as fact_id
    from position
    where date = (select previous_day from parameter) and quantity > 0
    group by account_id
),
position_absent as (
    select 'position' as what, account_id, null as contract_id, h.fact_id
    from held_before h semi join credit_account using (account_id)
    anti join day_position using (account_id)
),
owed_before as (
    select contract_id, account_id, fact_id
    from contract
    where date = (select previous_day from parameter)
        and (
            case side when 'short' then quantity is null or quantity > 0
                else principal is null or principal > 0 end
            or interest > 0 or fee > 0 or compensation > 0
        )
),
contract_absent as (
    select 'contract' as what, account_id, contract_id, o.fact_id
    from owed_before o semi join credit_account using (account_id)
    anti join day_contract using (contract_id)
)
select * from cash_absent
union all
select * from position_absent
union all
select * from contract_absent
