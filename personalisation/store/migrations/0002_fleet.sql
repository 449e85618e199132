-- Stations: who they are, their certificates, one-time codes, reports, and what was issued to them.
-- Times: microseconds since 1970-01-01 00:00 UTC. Rows are never deleted, but reports and their devices,
-- of which the latest is kept.

CREATE TABLE fleet_station (
    station_id BYTEA NOT NULL PRIMARY KEY,   -- 16 bytes; fixed
    office TEXT NOT NULL,                    -- e.g. L-0304; fixed
    state TEXT NOT NULL,                     -- active, quarantined, revoked (for ever)
    since BIGINT NOT NULL,                   -- when it came into this state
    reason TEXT,                             -- for revoked: key_compromise, superseded, cessation_of_operation
    replaces BYTEA REFERENCES fleet_station (station_id), -- the station in whose place it came; fixed
    taken_in_at BIGINT NOT NULL              -- fixed
);

CREATE TABLE fleet_certificate (
    key_id BYTEA NOT NULL PRIMARY KEY,       -- SHA-256 of the SubjectPublicKeyInfo; fixed
    station_id BYTEA NOT NULL REFERENCES fleet_station (station_id),
    key_use TEXT NOT NULL,                   -- tls, signing; fixed
    spki BYTEA NOT NULL,                     -- SubjectPublicKeyInfo (DER); fixed
    certificate BYTEA NOT NULL,              -- DER, of the operations CA; fixed
    authority BYTEA NOT NULL,                -- DER, the operations CA that signed it; fixed
    not_before BIGINT NOT NULL,              -- as the certificate says; fixed
    not_after BIGINT NOT NULL,               -- as the certificate says; fixed
    revoked_at BIGINT                        -- set once
);
CREATE INDEX fleet_certificate_station ON fleet_certificate (station_id, key_use, not_after);

CREATE TABLE fleet_code (
    code_hash BYTEA NOT NULL PRIMARY KEY,    -- SHA-256 of the code's 20 characters; fixed
    station_id BYTEA NOT NULL UNIQUE,        -- the id of whoever uses it; fixed
    office TEXT NOT NULL,                    -- fixed
    replaces BYTEA REFERENCES fleet_station (station_id), -- fixed
    added_at BIGINT NOT NULL,                -- fixed
    ends_at BIGINT NOT NULL,                 -- not from then on; fixed
    tls_key BYTEA,                           -- SHA-256 of the SubjectPublicKeyInfo it was used with; set once
    signing_key BYTEA,                       -- the same of the signing key; set once
    used_at BIGINT                           -- set once
);

CREATE TABLE fleet_report (
    station_id BYTEA NOT NULL PRIMARY KEY REFERENCES fleet_station (station_id),
    received_at BIGINT NOT NULL,             -- the centre's clock
    station_time BIGINT NOT NULL,            -- the station's clock
    program_version TEXT NOT NULL,
    configuration BIGINT NOT NULL,           -- number in use there, 0 where none
    staff_list BIGINT NOT NULL,              -- number in use there, 0 where none
    backlog BIGINT NOT NULL,                 -- dossiers in its outbox
    oldest_seconds BIGINT NOT NULL,          -- age of the oldest of them
    free_bytes BIGINT NOT NULL               -- on the disk of its outbox
);

CREATE TABLE fleet_device (
    station_id BYTEA NOT NULL REFERENCES fleet_report (station_id),
    place BIGINT NOT NULL,                   -- 0, 1, 2 …
    kind TEXT NOT NULL,
    model TEXT NOT NULL,
    serial TEXT NOT NULL,
    ready SMALLINT NOT NULL,                 -- 0, 1
    PRIMARY KEY (station_id, place)
);

CREATE TABLE fleet_configuration (
    number BIGINT NOT NULL PRIMARY KEY,      -- from 1; fixed
    signed BYTEA NOT NULL,                   -- encoded dossier::Signed<Configuration>; fixed
    holds_from BIGINT NOT NULL,              -- fixed
    holds_until BIGINT NOT NULL,             -- fixed
    added_at BIGINT NOT NULL                 -- fixed
);

CREATE TABLE fleet_staff_list (
    office TEXT NOT NULL,                    -- fixed
    number BIGINT NOT NULL,                  -- from 1 for each office; fixed
    people_digest BYTEA NOT NULL,            -- SHA-256 of who is on it: a new list is made when it changes; fixed
    sealed BYTEA,                            -- sealed; encoded dossier::Signed<StaffList>; row is OFFICE/NUMBER; NULL once a later one took its place
    holds_from BIGINT NOT NULL,              -- fixed
    holds_until BIGINT NOT NULL,             -- fixed
    PRIMARY KEY (office, number)
);

-- What somebody must look at; only ever added to. No personal data.
CREATE TABLE fleet_alarm (
    alarm_id BYTEA NOT NULL PRIMARY KEY,     -- 16 bytes; fixed
    station_id BYTEA,                        -- which station, where one is known; fixed
    kind TEXT NOT NULL,                      -- code_used_again, key_of_another; fixed
    raised_at BIGINT NOT NULL                -- fixed
);
