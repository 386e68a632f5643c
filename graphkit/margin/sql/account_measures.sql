-- The measures of accounts as they are printed: the ratio rounded down, a shortfall up to the cent.
select
    account_id, client_id,
    assets::decimal(28, 4) as assets,
    debt::decimal(28, 4) as debt,
    case when has_ratio then fraction_down(assets, debt) end as maintenance_ratio,
    ratio_standing,
    case when debt <= 0 and not debt_unknown then 'none' else crossed end as line_crossed,
    cents_up(shortfall)::decimal(28, 2) as shortfall_to_call,
    cash::decimal(28, 4) as cash,
    securities::decimal(28, 4) as securities,
    entitlements::decimal(28, 4) as entitlements,
    other_collateral::decimal(28, 4) as other_collateral,
    financed::decimal(28, 4) as financed,
    short_value::decimal(28, 4) as short_value,
    short_entitlements::decimal(28, 4) as short_entitlements,
    interest_fees::decimal(28, 4) as interest_fees,
    other_liabilities::decimal(28, 4) as other_liabilities,
    warning_line, call_line, restore_line, urgent_line, withdraw_line,
    warning_line_from, call_line_from, restore_line_from, urgent_line_from, withdraw_line_from
from account_position
order by account_id
