-- Staff: people, what they may do where, how they prove who they are, their sessions at the console, and reads
-- without a case. Times, identifiers and "sealed" as in 0001. Sessions and used credentials are deleted; people and
-- roles never are: a role ends.

CREATE TABLE staff_person (
    person_id BYTEA NOT NULL PRIMARY KEY,    -- 16 bytes; fixed
    login TEXT NOT NULL UNIQUE,              -- what they type to sign in: a-z 0-9 . - _; fixed
    name BYTEA NOT NULL,                     -- sealed; row is PERSON
    active BIGINT NOT NULL,                  -- 1 while they work here, else 0
    added_at BIGINT NOT NULL                 -- fixed
);

-- What somebody may do; only ever added to, but for its end.
CREATE TABLE staff_role (
    role_id BYTEA NOT NULL PRIMARY KEY,      -- 16 bytes; fixed
    person_id BYTEA NOT NULL REFERENCES staff_person (person_id),
    role TEXT NOT NULL,                      -- clerk, supervisor, reviewer, …; fixed
    office TEXT,                             -- where; NULL = at the centre; fixed
    from_at BIGINT NOT NULL,                 -- fixed
    until_at BIGINT,                         -- excluded; NULL = until further notice
    granted_by BYTEA                         -- who gave it; NULL = the command line; fixed
);
CREATE INDEX staff_role_person ON staff_role (person_id);
CREATE INDEX staff_role_office ON staff_role (office);

CREATE TABLE staff_credential (
    credential_id BYTEA NOT NULL PRIMARY KEY, -- SHA-256 of PERSON:password, PERSON:totp, or of a passkey's own id
    person_id BYTEA NOT NULL REFERENCES staff_person (person_id),
    kind TEXT NOT NULL,                      -- password (argon2id, PHC form), totp (20 bytes), passkey (record of the library); fixed
    relying_party TEXT,                      -- for a passkey: the host that it is bound to; fixed
    secret BYTEA NOT NULL,                   -- sealed; row is the hexadecimal credential_id
    added_at BIGINT NOT NULL                 -- fixed
);
CREATE INDEX staff_credential_person ON staff_credential (person_id);

-- The last time step of one-time codes that somebody spent (RFC 6238 section 5.2).
CREATE TABLE staff_code (
    person_id BYTEA NOT NULL PRIMARY KEY REFERENCES staff_person (person_id),
    last_step BIGINT NOT NULL                -- only grows
);

-- One-time links by which somebody chooses a password and gets a secret of one-time codes.
CREATE TABLE staff_link (
    link_hash BYTEA NOT NULL PRIMARY KEY,    -- SHA-256 of the link's secret; fixed
    person_id BYTEA NOT NULL REFERENCES staff_person (person_id),
    totp BYTEA NOT NULL,                     -- sealed; row is the hexadecimal link_hash; the secret it offers
    until_at BIGINT NOT NULL                 -- excluded; fixed
);

CREATE TABLE staff_session (
    session_key BYTEA NOT NULL PRIMARY KEY,  -- SHA-256 of the cookie's value
    person_id BYTEA,                         -- whose it is; NULL before sign-in
    content BYTEA NOT NULL,                  -- sealed; row is the hexadecimal session_key
    change BIGINT NOT NULL,                  -- grows with every change: guards concurrent ones
    made_at BIGINT NOT NULL,                 -- when it began
    seen_at BIGINT NOT NULL                  -- when its person last acted
);
CREATE INDEX staff_session_person ON staff_session (person_id);
CREATE INDEX staff_session_seen ON staff_session (seen_at);

-- Reads of personal data without a case: each has its reason, and is looked at by an auditor afterwards.
CREATE TABLE staff_glass (
    glass_id BYTEA NOT NULL PRIMARY KEY,     -- 16 bytes; fixed
    person_id BYTEA NOT NULL REFERENCES staff_person (person_id),
    reason BYTEA NOT NULL,                   -- sealed; row is GLASS; fixed
    found BIGINT NOT NULL,                   -- applications shown; fixed
    opened_at BIGINT NOT NULL,               -- fixed
    reviewed_by BYTEA REFERENCES staff_person (person_id), -- an auditor, never the same person; NULL = not yet
    verdict TEXT,                            -- justified, unjustified
    remark BYTEA,                            -- sealed; row is GLASS
    reviewed_at BIGINT
);
CREATE INDEX staff_glass_open ON staff_glass (reviewed_at, opened_at);
