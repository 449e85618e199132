-- Acts whose intent is in the audit and whose outcome is not; what a dead process leaves here is closed
-- at the next start.
CREATE TABLE open_act (
    id     TEXT NOT NULL PRIMARY KEY, -- the act's id in the audit
    intent TEXT NOT NULL              -- its intent's audit line; immutable
) STRICT, WITHOUT ROWID;

INSERT INTO open_act (id, intent)
SELECT json_extract(line, '$.id'), line FROM audit
WHERE json_extract(line, '$.phase') = 'intent' AND json_extract(line, '$.id') NOT IN (
    SELECT json_extract(line, '$.id') FROM audit WHERE json_extract(line, '$.phase') = 'outcome');
