-- Counts of shifts as they were made, and handings out that stock signs. For SQLite and PostgreSQL alike.

-- Every count at the end of a shift, also one that was made again; only ever added to.
CREATE TABLE stock_count (
    shift_id BYTEA NOT NULL REFERENCES stock_shift (shift_id),
    number BIGINT NOT NULL,                  -- 1, 2: which count of the shift's end; fixed
    counted_at BIGINT NOT NULL,              -- fixed
    by_person BYTEA NOT NULL,                -- 16 bytes: who counted; fixed
    unused BIGINT NOT NULL,                  -- what they found; fixed
    documents BIGINT NOT NULL,
    spoiled BIGINT NOT NULL,
    expected_unused BIGINT NOT NULL,         -- what the ledger said at that moment; fixed
    expected_documents BIGINT NOT NULL,
    expected_spoiled BIGINT NOT NULL,
    PRIMARY KEY (shift_id, number)
);
INSERT INTO stock_count (shift_id, number, counted_at, by_person, unused, documents, spoiled,
        expected_unused, expected_documents, expected_spoiled)
    SELECT shift_id, 1, closed_at, closed_by, closed_unused, closed_documents, closed_spoiled,
        expected_unused, expected_documents, expected_spoiled
    FROM stock_shift WHERE closed_at IS NOT NULL;

-- How many issues people made to a line.
CREATE TABLE stock_issue_count (
    line TEXT NOT NULL PRIMARY KEY,
    issues BIGINT NOT NULL                   -- only grows
);

-- An entry that gave blanks to a line, for stock's signature (docs/stock.md, evidence::issue).
CREATE TABLE stock_issue (
    entry_id TEXT NOT NULL PRIMARY KEY REFERENCES stock_entry (entry_id),
    line TEXT NOT NULL,                      -- fixed
    number BIGINT,                           -- 1, 2, 3 … of that line; NULL = the line took the blank itself; fixed
    signed BYTEA,                            -- the signed issue, encoded; set once
    UNIQUE (line, number)
);
CREATE INDEX stock_issue_unsigned ON stock_issue (entry_id) WHERE signed IS NULL AND number IS NOT NULL;

-- What was handed out before, and is still at its line, waits for a signature like what is handed out now. More than an issue
-- can list (evidence::issue) has none: it is taken back, and handed out again.
INSERT INTO stock_issue (entry_id, line, number)
    SELECT entry_id, substr(to_account, 6), CASE WHEN by_person IS NULL THEN NULL ELSE
        ROW_NUMBER() OVER (PARTITION BY to_account, CASE WHEN by_person IS NULL THEN 0 ELSE 1 END
                           ORDER BY entered_at, entry_id) END
    FROM stock_entry WHERE substr(to_account, 1, 5) = 'line:' AND blanks <= 1000
        AND EXISTS (SELECT 1 FROM stock_move JOIN stock_blank ON stock_blank.blank_id = stock_move.blank_id
                    WHERE stock_move.entry_id = stock_entry.entry_id AND stock_blank.state = 'line'
                    AND stock_blank.line = substr(stock_entry.to_account, 6));
INSERT INTO stock_issue_count (line, issues)
    SELECT line, MAX(number) FROM stock_issue WHERE number IS NOT NULL GROUP BY line;

-- What pki says that it signed, as far as it was asked; only ever added to.
CREATE TABLE stock_signature (
    journal_id BIGINT NOT NULL PRIMARY KEY,  -- its place in pki's journal; fixed
    order_id BYTEA NOT NULL,                 -- as pki has it: there may be no such order here; fixed
    attempt BIGINT NOT NULL,                 -- fixed
    kind TEXT NOT NULL,                      -- sod, card_security; fixed
    chip_serial BYTEA NOT NULL,              -- 10 bytes; fixed
    released_at BIGINT NOT NULL,             -- fixed
    UNIQUE (order_id, attempt, kind)
);

-- Until when signed attempts were compared with that; one row.
CREATE TABLE stock_compared (
    one BIGINT NOT NULL PRIMARY KEY,         -- 1
    until_at BIGINT NOT NULL
);
INSERT INTO stock_compared (one, until_at) VALUES (1, 0);
CREATE INDEX line_move_signed ON line_move (moved_at) WHERE state = 'signed';

ALTER TABLE fleet_alarm ADD COLUMN object TEXT;  -- our own id of what it is about, where that is no station; fixed
CREATE INDEX fleet_alarm_object ON fleet_alarm (kind, object) WHERE object IS NOT NULL;
-- Of fleet_alarm.kind (0002): also signature_without_attempt, attempt_without_signature, journal_broken.

-- Acts about cards that have no attempt, found without reading the rest of the audit: few cards have none.
CREATE INDEX audit_entry_card ON audit_entry (object) WHERE phase = 'intent' AND substr(object, 1, 5) = 'card ';
