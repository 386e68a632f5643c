-- Shares in percent; one that is missing is unknown. There are no dates in the file.
SELECT
    'kek:' || shareholder AS holder_id,
    'kek:' || owns AS entity_id,
    share AS percent,
    _file,
    _line
FROM shares
