-- Contracts at the close of the day.
select
    contract_id, account_id, side, code, quantity, principal, sale_price,
    interest, fee, compensation, fact_id, file, line
from contract
where date = (select as_of from parameter)
