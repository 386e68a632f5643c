-- Positions at the close of the day; shares bought and not settled (in_transit) are outside quantity.
select account_id, code, quantity, fact_id, file, line
from position
where date = (select as_of from parameter)
