-- The audit as a log that anyone can verify (docs/audit.md). For SQLite and PostgreSQL alike.

-- What an entry is in its writer's chain: written with the entry, in the same statement; fixed. NULL in entries of before.
ALTER TABLE audit_entry ADD COLUMN writer TEXT;      -- whose chain: a name that one connection's acts have at a time
ALTER TABLE audit_entry ADD COLUMN sequence BIGINT;  -- which record of that writer, from 1
ALTER TABLE audit_entry ADD COLUMN previous BYTEA;   -- leaf (SHA-256) of that writer's record before
ALTER TABLE audit_entry ADD COLUMN commitment BYTEA; -- SHA-256 over salt and entry
ALTER TABLE audit_entry ADD COLUMN salt BYTEA;       -- 32 random bytes; NULL once the entry is erased: act_id is WRITER:SEQUENCE then
-- Its place in the log, from 1; NULL until the sequencer gave it one, then fixed.
ALTER TABLE audit_entry ADD COLUMN position BIGINT;

CREATE UNIQUE INDEX audit_entry_record ON audit_entry (writer, sequence) WHERE writer IS NOT NULL;
CREATE UNIQUE INDEX audit_entry_position ON audit_entry (position) WHERE position IS NOT NULL;
CREATE INDEX audit_entry_waiting ON audit_entry (writer, sequence) WHERE position IS NULL;

-- How far each writer's chain is in the log.
CREATE TABLE audit_writer (
    writer TEXT PRIMARY KEY,
    sequence BIGINT NOT NULL,                -- the last record that has a place
    leaf BYTEA NOT NULL                      -- its leaf
);

-- The tree over the leaves in their order, as tiles of up to 256 hashes; a full one never changes again.
CREATE TABLE audit_tile (
    level BIGINT NOT NULL,                   -- 0: leaves; 1: roots of 256 leaves; ...
    place BIGINT NOT NULL,                   -- from the left, from 0
    hashes BYTEA NOT NULL,                   -- 32 bytes each
    PRIMARY KEY (level, place)
);

-- One row: whoever makes the log longer names the size that it had.
CREATE TABLE audit_tree (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    size BIGINT NOT NULL,                    -- leaves
    root BYTEA                               -- over them; NULL where there is none
);
INSERT INTO audit_tree VALUES (1, 0, NULL);

-- Heads that the log's key signed; only ever added to.
CREATE TABLE audit_head (
    size BIGINT PRIMARY KEY,
    signed BYTEA NOT NULL                    -- the head and its signatures, JSON (evidence::head)
);
