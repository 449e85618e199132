-- Inspections as the line writes them, pictures for whoever has to look, and which ribbon was in (docs/quality.md). For SQLite and
-- PostgreSQL alike; times as in 0001.
ALTER TABLE quality_set_up ADD COLUMN ribbon BIGINT;        -- which ribbon was in, as the machine's driver tells one from another; NULL: it has none; fixed
ALTER TABLE quality_operator ADD COLUMN entered_at BIGINT;  -- when it was said, which may be after since; fixed; NULL: before 0021, at since
ALTER TABLE quality_operator ADD COLUMN entered_by BYTEA;   -- who said it of somebody else; fixed; NULL: they said it themselves
ALTER TABLE quality_inspection ADD COLUMN asks TEXT;        -- of a machine's look: the person's look that follows from it; NULL: none; fixed
ALTER TABLE quality_inspection ADD COLUMN figures TEXT;     -- of a machine's look: what it measured, JSON; no personal data; fixed

-- What the exit camera saw, and what was to be printed, of cards that a person has to look at; until they have.
CREATE TABLE quality_picture (
    order_id BYTEA NOT NULL,
    attempt BIGINT NOT NULL,
    kind TEXT NOT NULL,                      -- front_seen, back_seen, front_ordered, back_ordered
    sealed BYTEA,                            -- JPEG, sealed for table, row and column; NULL once erased
    kept_at BIGINT NOT NULL,
    erased_at BIGINT,                        -- NULL while it is kept
    PRIMARY KEY (order_id, attempt, kind),
    FOREIGN KEY (order_id, attempt) REFERENCES line_attempt (order_id, attempt)
);
CREATE INDEX quality_picture_kept ON quality_picture (kept_at) WHERE erased_at IS NULL;
CREATE INDEX quality_inspection_asks ON quality_inspection (inspected_at) WHERE asks IS NOT NULL;
