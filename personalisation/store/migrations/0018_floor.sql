-- What the floor looks like now: machines as their lines last said, moves by time. For SQLite and PostgreSQL alike.

CREATE TABLE line_machine (
    serial TEXT NOT NULL PRIMARY KEY,        -- the maker's serial number; fixed
    line TEXT NOT NULL,                      -- which line drives it
    task TEXT,                               -- what somebody must do there (docs/machine.md); NULL = nothing
    place TEXT,                              -- where, for tasks that have a place
    cards BIGINT NOT NULL,                   -- cards inside
    seen_at BIGINT NOT NULL                  -- when its line said so
);

-- Throughput and rejects of the last hours, however much was made before.
CREATE INDEX line_move_at ON line_move (moved_at);
