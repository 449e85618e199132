-- Certificates of programs that are revoked. They are issued in ceremonies, which the store does not know.

CREATE TABLE operations_revoked_program (
    serial     BLOB    NOT NULL PRIMARY KEY, -- serial number, content octets; immutable
    name       TEXT    NOT NULL,         -- commonName, for people; immutable
    reason     INTEGER NOT NULL CHECK (reason IN (1, 4, 5)), -- CRLReason (RFC 5280 §5.3.1); immutable
    revoked_at INTEGER NOT NULL          -- seconds since 1970 UTC; immutable
) STRICT, WITHOUT ROWID;
