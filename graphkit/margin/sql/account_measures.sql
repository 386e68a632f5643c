-- The measures of accounts as they are printed: the ratio rounded down, a shortfall up to the cent.
select
    account_id, client_id,
    printed_assets as assets,
    printed(debt) as debt,
    case when has_ratio then fraction_down(asset_units, debt_units) end as maintenance_ratio,
    ratio_standing,
    case when debt <= 0 and not debt_unknown then 'none' else crossed end as line_crossed,
    cents_up(shortfall)::decimal(28, 2) as shortfall_to_call,
    printed(cash) as cash,
    printed(securities) as securities,
    printed(entitlements) as entitlements,
    printed(other_collateral) as other_collateral,
    printed(financed) as financed,
    printed(short_value) as short_value,
    printed(short_entitlements) as short_entitlements,
    printed(interest_fees) as interest_fees,
    printed(other_liabilities) as other_liabilities,
    warning_line, call_line, restore_line, urgent_line, withdraw_line,
    warning_line_from, call_line_from, restore_line_from, urgent_line_from, withdraw_line_from
from account_position
