-- The stock's ledger: every movement of blanks by double entry; boxes of a delivery, shifts, destructions. For SQLite
-- and PostgreSQL alike; times, identifiers and "sealed" as in 0001. Entries are only ever added to.

CREATE TABLE stock_box (
    box_id BYTEA NOT NULL PRIMARY KEY,       -- 16 bytes; fixed
    delivery_id BYTEA NOT NULL REFERENCES stock_delivery (delivery_id),
    label TEXT NOT NULL,                     -- what stands on it; fixed
    announced BIGINT NOT NULL,               -- blanks in it by the delivery file; fixed
    counted BIGINT,                          -- blanks that were in it; NULL = not inspected yet; fixed then
    sampled BIGINT,                          -- chips of it that were read; fixed with counted
    inspected_at BIGINT,                     -- fixed with counted
    inspected_by BYTEA,                      -- 16 bytes: by whom; NULL = taken in without an inspection
    UNIQUE (delivery_id, label)
);

CREATE TABLE stock_shift (
    shift_id BYTEA NOT NULL PRIMARY KEY,     -- 16 bytes; fixed
    line TEXT NOT NULL,                      -- name of the line; fixed
    state TEXT NOT NULL,                     -- open, closed, differing, discrepancy
    entries BIGINT NOT NULL,                 -- entries that moved blanks to or from the line during it; only grows
    opened_at BIGINT NOT NULL,               -- fixed
    opened_by BYTEA NOT NULL,                -- 16 bytes: who counted; fixed
    opened_unused BIGINT NOT NULL,           -- unused blanks that were counted at its beginning; fixed
    opened_expected BIGINT NOT NULL,         -- what the ledger said; fixed
    closed_at BIGINT,                        -- when it was counted at its end; fixed then, as all of the following
    closed_by BYTEA,                         -- 16 bytes: who counted
    closed_unused BIGINT,
    closed_documents BIGINT,
    closed_spoiled BIGINT,
    expected_unused BIGINT,                  -- what the ledger said
    expected_documents BIGINT,
    expected_spoiled BIGINT,
    signed_at BIGINT,                        -- a discrepancy: when it was signed
    signed_first BYTEA,                      -- by two supervisors who counted nothing of it
    signed_second BYTEA,
    note BYTEA                               -- sealed; row is SHIFT: what they found
);
-- The next shift begins when the last one is closed or signed for.
CREATE UNIQUE INDEX stock_shift_one_per_line ON stock_shift (line) WHERE state IN ('open', 'differing');
CREATE INDEX stock_shift_opened ON stock_shift (opened_at);

CREATE TABLE stock_destruction (
    destruction_id BYTEA NOT NULL PRIMARY KEY, -- 16 bytes; fixed
    number BIGINT NOT NULL UNIQUE,           -- 1, 2, 3 …: of its certificate; fixed
    method TEXT NOT NULL,                    -- shredded, incinerated; fixed
    blanks BIGINT NOT NULL,                  -- fixed
    destroyed_at BIGINT NOT NULL,            -- fixed
    by_person BYTEA NOT NULL,                -- 16 bytes: the two who saw it; fixed
    with_person BYTEA NOT NULL
);

CREATE TABLE stock_entry (
    entry_id TEXT NOT NULL PRIMARY KEY,      -- BLANK/STEP of the first blank that it moved; fixed
    from_account TEXT NOT NULL,              -- maker, delivery, vault, line:NAME, cards, …; fixed
    to_account TEXT NOT NULL,                -- fixed
    blanks BIGINT NOT NULL,                  -- one, or a box of them; fixed
    entered_at BIGINT NOT NULL,              -- fixed
    shift_id BYTEA REFERENCES stock_shift (shift_id), -- of the line, where a shift was open; fixed
    destruction_id BYTEA REFERENCES stock_destruction (destruction_id), -- fixed
    by_person BYTEA,                         -- 16 bytes: who did it; NULL = a program; fixed
    with_person BYTEA                        -- who signed with them; fixed
);
CREATE INDEX stock_entry_shift ON stock_entry (shift_id) WHERE shift_id IS NOT NULL;

ALTER TABLE stock_blank ADD COLUMN box_id BYTEA REFERENCES stock_box (box_id);  -- fixed
ALTER TABLE stock_blank ADD COLUMN line TEXT;  -- the line that has it, or had it last
CREATE INDEX stock_blank_box ON stock_blank (box_id);
CREATE INDEX stock_blank_line ON stock_blank (line, state) WHERE line IS NOT NULL;
ALTER TABLE stock_move ADD COLUMN entry_id TEXT REFERENCES stock_entry (entry_id);  -- fixed
CREATE INDEX stock_move_entry ON stock_move (entry_id);

-- Whose key signed a card's security object; only ever added to.
CREATE TABLE line_signer (
    order_id BYTEA NOT NULL,
    attempt BIGINT NOT NULL,
    certificate TEXT NOT NULL,               -- SHA-256 of the document signer's certificate (DER), hexadecimal; fixed
    PRIMARY KEY (order_id, attempt),
    FOREIGN KEY (order_id, attempt) REFERENCES line_attempt (order_id, attempt)
);
CREATE INDEX line_signer_certificate ON line_signer (certificate);

-- Of stock_blank.state (0001): also destroyed, defective_on_receipt, returned_to_vault, test_card, missing, written_off.

-- What is there already: a delivery is one box, and its movements are carried over as one entry for each pair of
-- accounts. Nobody wrote down at which line blanks were.
INSERT INTO stock_box (box_id, delivery_id, label, announced, counted, sampled, inspected_at)
    SELECT delivery_id, delivery_id, batch, announced, announced, 0, received_at FROM stock_delivery;
UPDATE stock_blank SET box_id = delivery_id;
UPDATE stock_blank SET line = 'unnamed' WHERE state IN ('line', 'document', 'spoiled');

INSERT INTO stock_entry (entry_id, from_account, to_account, blanks, entered_at)
    SELECT 'carried ' || from_account || ' ' || to_account, from_account, to_account, COUNT(*), MAX(moved_at)
    FROM (
        SELECT CASE before.state WHEN 'in_delivery' THEN 'delivery' WHEN 'vault' THEN 'vault'
                   WHEN 'line' THEN 'line:unnamed' WHEN 'document' THEN 'cards' WHEN 'spoiled' THEN 'spoiled'
                   ELSE 'maker' END AS from_account,
               CASE this.state WHEN 'in_delivery' THEN 'delivery' WHEN 'vault' THEN 'vault'
                   WHEN 'line' THEN 'line:unnamed' WHEN 'document' THEN 'cards' ELSE 'spoiled' END AS to_account,
               this.moved_at AS moved_at
        FROM stock_move AS this
        LEFT JOIN stock_move AS before ON before.blank_id = this.blank_id AND before.step = this.step - 1
    ) AS moved
    GROUP BY from_account, to_account;
UPDATE stock_move SET entry_id = 'carried ' ||
    CASE (SELECT before.state FROM stock_move AS before
          WHERE before.blank_id = stock_move.blank_id AND before.step = stock_move.step - 1)
        WHEN 'in_delivery' THEN 'delivery' WHEN 'vault' THEN 'vault' WHEN 'line' THEN 'line:unnamed'
        WHEN 'document' THEN 'cards' WHEN 'spoiled' THEN 'spoiled' ELSE 'maker' END || ' ' ||
    CASE state WHEN 'in_delivery' THEN 'delivery' WHEN 'vault' THEN 'vault' WHEN 'line' THEN 'line:unnamed'
        WHEN 'document' THEN 'cards' ELSE 'spoiled' END;
