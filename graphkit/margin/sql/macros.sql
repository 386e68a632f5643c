-- Exact arithmetic. An amount is DECIMAL(38,14): quantity (2 decimals) x ratio (8) x price (4) ends
-- there, so no term is ever rounded. DuckDB's own division gives DOUBLE; a quotient leaves only
-- through ratio_down, ratio_up and ratio_half_up, as a whole number of 10^-places.

create macro exact(amount) as cast(amount as decimal(38, 14));

-- The amount as a whole number of 10^-14, read off its digits: DuckDB divides 128-bit integers slowly.
create macro units(amount) as cast(replace(cast(exact(amount) as varchar), '.', '') as hugeint);

-- Quotients of whole numbers, d > 0; half up is away from zero.
create macro ratio_down(n, d) as case when n >= 0 then n // d else -((d - 1 - n) // d) end;
create macro ratio_up(n, d) as case when n > 0 then (n - 1 + d) // d else -(-n // d) end;
create macro ratio_half_up(n, d) as
    case when n >= 0 then (2 * n + d) // (2 * d) else -((d - 2 * n) // (2 * d)) end;

-- Six decimals of the fraction of two amounts in units: 1.655629 is 165.5629 %.
create macro fraction_down(n, d) as
    cast(cast(ratio_down(n * 1000000, d) as decimal(38, 0)) * 0.000001 as decimal(24, 6));
create macro fraction_up(n, d) as
    cast(cast(ratio_up(n * 1000000, d) as decimal(38, 0)) * 0.000001 as decimal(24, 6));

-- Shares (10 decimals) at a price that is a quotient (12 over 8 decimals), to 14 decimals.
create macro scaled(x, tens) as
    cast(trunc(x) as hugeint) * tens::hugeint + cast((x - trunc(x)) * tens::decimal(13, 0) as hugeint);
create macro share_value(shares, numerator, divisor) as
    cast(cast(ratio_half_up(
        scaled(cast(shares as decimal(32, 10)), 10000000000)
            * scaled(cast(numerator as decimal(26, 12)), 1000000000000),
        scaled(cast(divisor as decimal(20, 8)), 100000000)
    ) as decimal(38, 0)) * 0.00000000000001::decimal(15, 14) as decimal(38, 14));

-- Twelve decimals of a price, half away from zero.
create macro price_quotient(a, b) as
    cast(cast(ratio_half_up(units(a) * 1000000000000, units(b)) as decimal(38, 0))
        * 0.000000000001::decimal(13, 12) as decimal(26, 12));

-- Money as it is printed, to four decimals, half away from zero.
create macro printed(amount) as round(amount, 4);

-- Money that a client must bring in, rounded up to the cent.
create macro cents_up(amount) as
    cast(amount as decimal(38, 2))
    + (case when cast(amount as decimal(38, 2)) < amount then 0.01 else 0.00 end)::decimal(3, 2);

-- A line t is crossed when A < t x D; at A = t x D only where the rule says that the line belongs to
-- the bad side. An upper limit is exceeded the other way round.
create macro below(assets, line, debt, inclusive) as
    assets < line * debt or (inclusive and assets = line * debt);
create macro above(part, share, base, inclusive) as
    part > share * base or (inclusive and part = share * base);
