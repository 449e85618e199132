-- How often callers without a certificate came with a wrong one-time code, for all processes together.
-- A row is erased when its network has been quiet for the time that it must wait.
CREATE TABLE fleet_wrong_code (
    network BYTEA NOT NULL PRIMARY KEY,      -- keyed hash of an IPv4 address, or of the 64 bits of an IPv6 network; fixed
    times BIGINT NOT NULL,                   -- since the row was made; only grows
    last_at BIGINT NOT NULL                  -- microseconds since 1970 UTC; only grows
);
