-- What pki-authority signed, is about to sign, and refused as an alarm. Rows are never deleted.

CREATE TABLE attempt (
    order_id        BLOB    NOT NULL CHECK (length(order_id) = 16), -- order, 16 bytes; immutable
    number          INTEGER NOT NULL CHECK (number > 0),            -- attempt of that order, from 1; immutable
    document_number TEXT    NOT NULL UNIQUE,                        -- as in the MRZ; immutable
    chip_serial     BLOB    NOT NULL UNIQUE CHECK (length(chip_serial) = 10), -- key diversification data; immutable
    begun_at        INTEGER NOT NULL,                               -- seconds since 1970 UTC; immutable
    PRIMARY KEY (order_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE permit (
    order_id      BLOB    NOT NULL,
    number        INTEGER NOT NULL,
    kind          INTEGER NOT NULL CHECK (kind IN (1, 2)), -- 1 EF.SOD, 2 EF.CardSecurity; immutable
    key_label     TEXT    NOT NULL,  -- document signer's key; immutable
    certificate   BLOB    NOT NULL,  -- DER of that document signer's certificate; immutable
    content       BLOB    NOT NULL,  -- DER that is to be signed (hashes and public keys only); immutable
    signing_time  INTEGER NOT NULL,  -- seconds since 1970 UTC, inside the signature; immutable
    digest        BLOB    NOT NULL,  -- of the signed attributes: what the key signs; immutable
    intended_at   INTEGER NOT NULL,  -- seconds since 1970 UTC; immutable
    signed_object BLOB,              -- the whole file, once signed and verified; set once
    released_at   INTEGER,           -- seconds since 1970 UTC; set once
    PRIMARY KEY (order_id, number, kind),
    FOREIGN KEY (order_id, number) REFERENCES attempt (order_id, number),
    CHECK ((signed_object IS NULL) = (released_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE alarm (
    id        INTEGER PRIMARY KEY,
    raised_at INTEGER NOT NULL,  -- seconds since 1970 UTC
    order_id  BLOB    NOT NULL,  -- order of the refused request
    number    INTEGER NOT NULL,  -- its attempt
    kind      INTEGER NOT NULL,  -- its object: 1 EF.SOD, 2 EF.CardSecurity
    reason    TEXT    NOT NULL   -- in words, no personal data
) STRICT;

-- The audit, in the transaction of what it tells; the JSON lines file is copied from here.
CREATE TABLE audit (
    id   INTEGER PRIMARY KEY,
    line TEXT NOT NULL           -- one JSON object, no personal data; immutable
) STRICT;
