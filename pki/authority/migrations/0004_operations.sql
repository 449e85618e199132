-- Certificates of stations: intended, issued, revoked; and the revocation lists. Rows are never deleted.

CREATE TABLE operations_certificate (
    id          INTEGER PRIMARY KEY,
    serial      BLOB    NOT NULL UNIQUE, -- serial number, content octets; immutable
    public_key  BLOB    NOT NULL UNIQUE, -- SubjectPublicKeyInfo (DER); immutable
    key_use     INTEGER NOT NULL CHECK (key_use IN (1, 2)), -- 1 TLS, 2 signatures over dossiers; immutable
    station     BLOB    NOT NULL CHECK (length(station) = 16), -- immutable
    office      TEXT    NOT NULL,        -- immutable
    not_before  INTEGER NOT NULL,        -- seconds since 1970 UTC; immutable
    not_after   INTEGER NOT NULL,        -- seconds since 1970 UTC; immutable
    intended_at INTEGER NOT NULL,        -- seconds since 1970 UTC; immutable
    certificate BLOB,                    -- DER, once signed and verified; set once
    issued_at   INTEGER,                 -- seconds since 1970 UTC; set once
    revoked_at  INTEGER,                 -- seconds since 1970 UTC; set once
    CHECK ((certificate IS NULL) = (issued_at IS NULL))
) STRICT;

CREATE INDEX operations_certificate_station ON operations_certificate (station);

-- Stations that get no certificate any more.
CREATE TABLE operations_revoked_station (
    station    BLOB    NOT NULL PRIMARY KEY CHECK (length(station) = 16),
    reason     INTEGER NOT NULL CHECK (reason IN (1, 4, 5)), -- CRLReason (RFC 5280 §5.3.1); immutable
    revoked_at INTEGER NOT NULL          -- seconds since 1970 UTC; immutable
) STRICT, WITHOUT ROWID;

CREATE TABLE operations_revocation_list (
    number      INTEGER NOT NULL PRIMARY KEY, -- cRLNumber; immutable
    this_update INTEGER NOT NULL,        -- seconds since 1970 UTC; immutable
    next_update INTEGER NOT NULL,        -- seconds since 1970 UTC; immutable
    list        BLOB                     -- DER, once signed and verified; set once
) STRICT;

-- Somebody asked for a certificate over a key that was certified for another station or use.
CREATE TABLE operations_alarm (
    id        INTEGER PRIMARY KEY,
    raised_at INTEGER NOT NULL,          -- seconds since 1970 UTC
    station   BLOB    NOT NULL,          -- for whom it was asked
    reason    TEXT    NOT NULL           -- in words, no personal data
) STRICT;
