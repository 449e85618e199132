-- Certificates of inspection systems: applied for, issued. Rows are never deleted.
CREATE TABLE inspection_certificate (
    id          INTEGER PRIMARY KEY,
    holder      TEXT    NOT NULL UNIQUE, -- holder reference with its sequence; immutable
    stem        TEXT    NOT NULL,        -- the same without its sequence: the registration; immutable
    public_key  BLOB    NOT NULL,        -- uncompressed point; immutable
    rights      INTEGER NOT NULL,        -- bits of the holder authorisation (1 DG3, 2 DG4); immutable
    signer      TEXT    UNIQUE,          -- holder reference of the certificate that vouched, null in a first request; immutable
    verifier    BLOB    NOT NULL,        -- the document verifier's certificate (7F21) that signs; immutable
    effective   INTEGER NOT NULL,        -- Julian day of the effective date; immutable
    expiration  INTEGER NOT NULL,        -- Julian day of the expiration date; immutable
    intended_at INTEGER NOT NULL,        -- seconds since 1970 UTC; immutable
    certificate BLOB,                    -- the certificate (7F21), once signed and verified; set once
    issued_at   INTEGER,                 -- seconds since 1970 UTC; set once
    CHECK ((certificate IS NULL) = (issued_at IS NULL))
) STRICT;

CREATE INDEX inspection_certificate_stem ON inspection_certificate (stem, id);
