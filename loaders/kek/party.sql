-- The file doesn't say what a party is. What it does tell, in this order:
--   1. who is held by somebody, or bears a legal form in its name, is a company (also KG and the
--      like: that they are partnerships would say that their holders have no votes, and the file's
--      shares are the only figures there are);
--   2. of the rest, who is listed as "surname, given names" is a person;
--   3. of all others (families, heirs, churches, public bodies, "other shareholders") the kind is
--      unknown.
WITH held AS (
    SELECT DISTINCT owns AS id FROM shares
), named AS (
    SELECT
        c.id,
        c.name,
        held.id IS NOT NULL AS is_held,
        regexp_matches(
            c.name,
            '(?i)(gmbh|mbh\b|m\.b\.h\.)'
            || '|\b(AG|KG|KGaA|OHG|GbR|eG|e\.K|e\. ?V|e\. ?G|SE|SAS|SARL|plc|Inc|Corp|Corporation|Ltd|Limited)\b'
            || '|\b(LLC|LL\.C|LLP|L\.P|LP|B\.?V|N\.?V|S\.A|S\.p\.A|S\.r\.l|A/S|ASA|AS|AB|Oyj?|Company)\b'
        ) AS has_form,
        regexp_full_match(c.name, '[^,0-9&/]+, [^,0-9&/]+')
            AND NOT regexp_matches(c.name, '(?i)\b(familie|erben|erbengemeinschaft|und)\b') AS is_listed,
        c._file,
        c._line
    FROM company c
    LEFT JOIN held USING (id)
)
SELECT
    'kek:' || id AS party_id,
    CASE
        WHEN is_held OR has_form THEN 'company'
        WHEN is_listed THEN 'person'
        ELSE 'unknown'
    END AS kind,
    name,
    _file,
    _line
FROM named
