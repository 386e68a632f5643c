-- Entitlements in transit: ex_date <= the day < pay_date. `long_known` and `short_known` say whether
-- there are any rows of the record date to read the quantities from.
with
open_entitlement as (
    select entitlement.*
    from entitlement, parameter
    where ex_date <= as_of and as_of < pay_date and record_date is not null
),
position_day as (select distinct date from position),
contract_day as (select distinct date from contract)
select
    code, ex_date, kind, record_date, pay_date, value, subscription_price,
    record_date in (select date from position_day) as long_known,
    record_date in (select date from contract_day) as short_known,
    fact_id, file, line
from open_entitlement
