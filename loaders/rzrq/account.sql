-- Every credit account (信用账户) of the funds file, with its client.
select
    _file,
    _line,
    fund_account as account_id,
    client_id,
    'credit' as kind
from fund
