-- By which issue of stock's a blank came to its line (evidence::issue); NULL for attempts of before, and where the service
-- asks for none.
ALTER TABLE attempt ADD COLUMN issue_line   TEXT;    -- immutable
ALTER TABLE attempt ADD COLUMN issue_number INTEGER; -- which issue of that line; immutable
ALTER TABLE attempt ADD COLUMN issue_entry  TEXT;    -- entry of stock's ledger; immutable

-- What was released, in this order: who compares signatures with attempts asks for what follows the last that they know.
CREATE TABLE journal (
    id       INTEGER PRIMARY KEY,
    order_id BLOB    NOT NULL,
    number   INTEGER NOT NULL,
    kind     INTEGER NOT NULL, -- 1 EF.SOD, 2 EF.CardSecurity; all immutable
    UNIQUE (order_id, number, kind),
    FOREIGN KEY (order_id, number, kind) REFERENCES permit (order_id, number, kind)
) STRICT;

INSERT INTO journal (order_id, number, kind)
SELECT order_id, number, kind FROM permit WHERE signed_object IS NOT NULL ORDER BY released_at, order_id, number, kind;
