-- What a station keeps: its data key, drafts, what the centre issued, the outbox, tasks. SQLite.
-- Times: microseconds since 1970-01-01 00:00 UTC, by the station's clock where nothing else is said.
-- Identifiers: 16 random bytes. "sealed": AES-256-GCM under the data key, bound to table, column and row.

-- One row: which store this is, and its data key, which only the token unwraps.
CREATE TABLE store_key (
    only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    store_id BYTEA NOT NULL,                 -- 16 bytes, part of the purpose of the wrapped key; fixed
    wrapped BYTEA NOT NULL,                  -- the data key, wrapped by the token's draft-store key; fixed
    proof BYTEA NOT NULL                     -- sealed: a fixed word, which opens under the right key only; fixed
);

-- An application that is being captured; erased when it goes into the outbox or is discarded.
CREATE TABLE draft_item (
    application_id BYTEA NOT NULL PRIMARY KEY, -- fixed
    begun_at BIGINT NOT NULL,                -- fixed
    saved_at BIGINT NOT NULL,                -- the newest save
    revision BIGINT NOT NULL,                -- counts saves, from 0
    last_step TEXT NOT NULL                  -- the step that was saved last, empty before the first
);

-- What was entered in each step of the wizard.
CREATE TABLE draft_step (
    application_id BYTEA NOT NULL REFERENCES draft_item (application_id) ON DELETE CASCADE,
    step TEXT NOT NULL,                      -- the wizard's name of it; fixed
    sealed BYTEA NOT NULL,                   -- sealed; row is APPLICATION:STEP
    PRIMARY KEY (application_id, step)
);

-- What the centre signed or issued to this station, newest only.
CREATE TABLE issued_item (
    kind TEXT NOT NULL PRIMARY KEY,          -- docs/outbox.md; fixed
    sealed BYTEA NOT NULL,                   -- sealed; row is KIND
    put_at BIGINT NOT NULL                   -- when it was fetched
);

-- Sealed dossiers. Nothing here is sealed under the data key: the centre alone opens a dossier, and
-- an outbox whose token is lost can still be carried to the centre.
CREATE TABLE outbox_item (
    hash BYTEA NOT NULL PRIMARY KEY,         -- SHA-256 of the sealed dossier; fixed
    application_id BYTEA NOT NULL UNIQUE,    -- as the seal's header says; fixed
    station_id BYTEA NOT NULL,               -- as the seal's header says; fixed
    intake_key BYTEA NOT NULL,               -- SHA-256 of the public key that it is sealed to; fixed
    length BIGINT NOT NULL,                  -- bytes of the sealed dossier; fixed
    state TEXT NOT NULL,                     -- waiting, held, accepted, rejected
    reason BIGINT,                           -- rejected: the receipt's reason
    receipt BYTEA,                           -- the signed receipt that brought it into its state
    queued_at BIGINT NOT NULL,               -- fixed
    changed_at BIGINT NOT NULL,              -- when it came into its state
    tries BIGINT NOT NULL,                   -- uploads that failed since it last went forward
    next_try_at BIGINT NOT NULL,             -- not before
    problem TEXT                             -- why the last try failed: a word of docs/outbox.md
);
CREATE INDEX outbox_item_state ON outbox_item (state, next_try_at);

-- The bytes, apart from what is listed and updated: a row of two megabytes is read and written whole.
CREATE TABLE outbox_dossier (
    hash BYTEA NOT NULL PRIMARY KEY REFERENCES outbox_item (hash), -- fixed
    sealed BYTEA NOT NULL                    -- the sealed dossier; fixed. The row is deleted once it is accepted
);

-- Where the applications of this office stand, as the centre answered.
CREATE TABLE outbox_task (
    application_id BYTEA NOT NULL PRIMARY KEY, -- fixed
    sealed BYTEA NOT NULL,                   -- sealed; row is APPLICATION
    since BIGINT NOT NULL                    -- when it came into its state, by the centre's clock
);

-- One row: how far tasks were read.
CREATE TABLE outbox_cursor (
    only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1),
    cursor BYTEA NOT NULL                    -- the centre's own; at most 1024 bytes
);
