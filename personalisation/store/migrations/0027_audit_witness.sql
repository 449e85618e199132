-- Who else signed the heads of the audit's log (docs/audit.md). For SQLite and PostgreSQL alike.

-- Only ever added to.
CREATE TABLE audit_witness (
    size BIGINT NOT NULL REFERENCES audit_head (size), -- of which head
    name TEXT NOT NULL,                                -- who: a name of the form that writers have, e.g. pki, station/ID
    seen_at BIGINT NOT NULL,                           -- when, as the witness says: seconds since 1970 (UTC)
    signature BYTEA NOT NULL,                          -- r and s, 64 bytes
    PRIMARY KEY (size, name)
);

-- Acts of erasing: an export looks whether one of them waits for a head.
CREATE INDEX audit_entry_erasing ON audit_entry (position) WHERE act = 'erase-entries' AND phase = 'outcome';
