-- Our own programs that speak TLS, as each says itself, for the fleet's page: one row a key. For SQLite and PostgreSQL
-- alike; times as in 0001.
CREATE TABLE fleet_program (
    key_id BYTEA NOT NULL PRIMARY KEY,       -- SHA-256 of the SubjectPublicKeyInfo; fixed
    role TEXT NOT NULL,                      -- the organizationalUnit of its certificate
    name TEXT NOT NULL,                      -- the commonName of its certificate
    ends_at BIGINT NOT NULL,                 -- the last second of its certificate
    seen_at BIGINT NOT NULL                  -- when the program last said so; those that say nothing for days are gone
);

-- Of fleet_alarm.kind (0002): also revocation_unreadable.
