-- Heads of the audit's log that this service witnessed, and those that it refused.

-- The last head of each log that was seen, durable before it is signed.
CREATE TABLE witness_head (
    log     TEXT    NOT NULL PRIMARY KEY,    -- the log's name; immutable
    head    BLOB    NOT NULL,                -- the head and the log's signature, JSON (evidence::head); replaced by newer ones only
    seen_at INTEGER NOT NULL                 -- seconds since 1970 UTC
) STRICT, WITHOUT ROWID;

-- What the log's own key signed against what it had signed before: the evidence. Rows are never deleted.
CREATE TABLE witness_alarm (
    id        INTEGER PRIMARY KEY,
    raised_at INTEGER NOT NULL,              -- seconds since 1970 UTC
    known     BLOB    NOT NULL,              -- the head that was known, JSON
    shown     BLOB    NOT NULL,              -- the head that contradicts it, JSON
    reason    TEXT    NOT NULL               -- in words
) STRICT;
