-- Orders, attempts on the line, blanks in stock, audit. For SQLite and PostgreSQL alike.
-- Times: microseconds since 1970-01-01 00:00 UTC. Identifiers: 16 random bytes. "sealed": AES-256-GCM
-- bound to table, row and column. Rows are never deleted here; erasure sets sealed columns to NULL.

CREATE TABLE order_item (
    order_id BYTEA NOT NULL PRIMARY KEY,     -- 16 bytes; fixed
    issuer_profile TEXT NOT NULL,            -- name of the issuer profile, e.g. luxembourg; fixed
    added_at BIGINT NOT NULL,                -- when it was accepted; fixed
    added_by TEXT NOT NULL                   -- the role that accepted it, e.g. personalisation/order; fixed
);

CREATE TABLE order_content (
    order_id BYTEA NOT NULL REFERENCES order_item (order_id),
    kind TEXT NOT NULL,                      -- identity, ticket, dg2, dg3, dg7, dg11; fixed
    sealed BYTEA,                            -- sealed; row is ORDER:KIND; NULL once erased
    PRIMARY KEY (order_id, kind)
);

CREATE TABLE stock_delivery (
    delivery_id BYTEA NOT NULL PRIMARY KEY,  -- 16 bytes; fixed
    batch TEXT NOT NULL UNIQUE,              -- the maker's name of the batch; fixed
    file_digest BYTEA NOT NULL UNIQUE,       -- SHA-256 of the delivery file as received; fixed
    wrapped_key BYTEA NOT NULL,              -- the batch's transport key, RSA-OAEP to the delivery key in our token; fixed
    key_version BIGINT NOT NULL,             -- key version number of the transport keys on the chips; fixed
    announced BIGINT NOT NULL,               -- blanks that the file names; fixed
    received_at BIGINT NOT NULL              -- when it was imported; fixed
);

CREATE TABLE stock_blank (
    blank_id BYTEA NOT NULL PRIMARY KEY,     -- 16 bytes; fixed
    delivery_id BYTEA NOT NULL REFERENCES stock_delivery (delivery_id),
    chip_serial BYTEA NOT NULL UNIQUE,       -- 10 bytes, key diversification data of the chip; fixed
    key_check_values BYTEA NOT NULL,         -- check values of the chip's transport keys ENC, MAC, DEK: 9 bytes; fixed
    state TEXT NOT NULL,                     -- in_delivery, vault, line, document, spoiled
    spoil_reason TEXT                        -- why, once spoiled
);
CREATE INDEX stock_blank_state ON stock_blank (state);

-- Every move of every blank; only ever added to.
CREATE TABLE stock_move (
    blank_id BYTEA NOT NULL REFERENCES stock_blank (blank_id),
    step BIGINT NOT NULL,                    -- 1, 2, 3 … for each blank
    state TEXT NOT NULL,                     -- the state it came into
    moved_at BIGINT NOT NULL,
    PRIMARY KEY (blank_id, step)
);

-- Every document number ever allocated: the primary key is why none is used twice.
CREATE TABLE line_number (
    number TEXT NOT NULL PRIMARY KEY,        -- 9 characters; fixed
    order_id BYTEA NOT NULL REFERENCES order_item (order_id),
    attempt BIGINT NOT NULL,
    state TEXT NOT NULL,                     -- allocated, produced, void (for ever)
    allocated_at BIGINT NOT NULL
);

CREATE TABLE line_attempt (
    order_id BYTEA NOT NULL REFERENCES order_item (order_id),
    attempt BIGINT NOT NULL,                 -- from 1; fixed
    state TEXT NOT NULL,                     -- docs/line.md; every change guards the old one
    from_state TEXT,                         -- for on_hold, cancelled, scrapped: the state before
    scrap_reason TEXT,                       -- for scrapped: why
    blank_id BYTEA UNIQUE REFERENCES stock_blank (blank_id),   -- from bound on; fixed
    chip_serial BYTEA UNIQUE,                -- from bound on; 10 bytes; fixed
    document_number TEXT UNIQUE REFERENCES line_number (number), -- from bound on; fixed
    chip_key BYTEA,                          -- from chip_keyed on: 04 x y; fixed once the LDS is built
    lds_digest BYTEA,                        -- from lds_built on: SHA-256 of the LDSSecurityObject
    sod_digest BYTEA,                        -- from signed on: SHA-256 of EF.SOD
    card_security_digest BYTEA,              -- from signed on: SHA-256 of EF.CardSecurity
    queued_at BIGINT NOT NULL,               -- its place in the queue; fixed
    tries BIGINT NOT NULL,                   -- how often a worker took it up since its last step forward
    lease_token BYTEA,                       -- the right to move it; NULL = nobody has it
    lease_holder TEXT,                       -- which worker has it: a reader of a line
    lease_expires_at BIGINT,                 -- until when
    PRIMARY KEY (order_id, attempt)
);
-- Never two cards for one order: beside one attempt that lives or has made the document there is no other.
CREATE UNIQUE INDEX line_attempt_one_per_order ON line_attempt (order_id)
    WHERE state NOT IN ('scrapped', 'cancelled');
CREATE INDEX line_attempt_queue ON line_attempt (state, queued_at);

-- Every move of every attempt; only ever added to.
CREATE TABLE line_move (
    order_id BYTEA NOT NULL,
    attempt BIGINT NOT NULL,
    step BIGINT NOT NULL,                    -- 1, 2, 3 … for each attempt
    state TEXT NOT NULL,                     -- the state it came into
    moved_at BIGINT NOT NULL,
    PRIMARY KEY (order_id, attempt, step),
    FOREIGN KEY (order_id, attempt) REFERENCES line_attempt (order_id, attempt)
);

CREATE TABLE line_content (
    order_id BYTEA NOT NULL,
    attempt BIGINT NOT NULL,
    kind TEXT NOT NULL,                      -- can, sod, card_security; fixed
    sealed BYTEA,                            -- sealed; row is ORDER/ATTEMPT:KIND; NULL once erased
    PRIMARY KEY (order_id, attempt, kind),
    FOREIGN KEY (order_id, attempt) REFERENCES line_attempt (order_id, attempt)
);

-- Intent before the act, outcome after it, one id for both; only ever added to. No personal data.
CREATE TABLE audit_entry (
    act_id TEXT NOT NULL,                    -- 32 hexadecimal digits, shared by intent and outcome
    phase TEXT NOT NULL,                     -- intent, outcome
    entered_at TEXT NOT NULL,                -- RFC 3339 in UTC, as the entry says
    actor TEXT NOT NULL,                     -- a role, e.g. personalisation/line
    act TEXT NOT NULL,                       -- e.g. key_chip
    object TEXT NOT NULL,                    -- our own ids, e.g. attempt ORDER/1
    detail TEXT,                             -- words that a program chose
    PRIMARY KEY (act_id, phase)
);
CREATE INDEX audit_entry_object ON audit_entry (object);
