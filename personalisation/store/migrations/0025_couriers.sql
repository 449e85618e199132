-- Couriers (docs/shipping.md): how a device's key is registered, sessions of its page, each side of a handover until both are there,
-- what was not as it should be. For SQLite and PostgreSQL alike; times and identifiers as in 0001.

-- No two devices have one key.
CREATE UNIQUE INDEX shipping_device_key ON shipping_device (spki);
CREATE INDEX shipping_device_person ON shipping_device (person);

-- One-time codes, each for one device of one person.
CREATE TABLE shipping_device_code (
    code_hash BYTEA NOT NULL PRIMARY KEY,    -- 32 bytes: keyed hash of person and code; fixed
    person BYTEA NOT NULL,                   -- 16 bytes: for whom; fixed
    added_at BIGINT NOT NULL,                -- fixed
    added_by BYTEA NOT NULL,                 -- 16 bytes: who made it; fixed
    ends_at BIGINT NOT NULL,                 -- excluded; fixed
    wrong BIGINT NOT NULL,                   -- wrong codes typed by its person meanwhile; only grows
    device_id BYTEA,                         -- 16 bytes: the device it registered; set once
    CHECK (added_by <> person)
);
CREATE INDEX shipping_device_code_person ON shipping_device_code (person, ends_at);

-- Sessions of the courier's page: apart from the console's, so that the role of this page opens nothing there.
CREATE TABLE shipping_session (
    session_key BYTEA NOT NULL PRIMARY KEY,  -- SHA-256 of the cookie's value
    person_id BYTEA,                         -- whose it is; NULL before sign-in
    content BYTEA NOT NULL,                  -- sealed; row is the hexadecimal session_key
    change BIGINT NOT NULL,                  -- grows with every change: guards concurrent ones
    made_at BIGINT NOT NULL,                 -- when it began
    seen_at BIGINT NOT NULL,                 -- when its person last acted
    device_id BYTEA,                         -- 16 bytes: the device that proved its key in it; revoked, the session ends
    challenge BYTEA                          -- 32 bytes: what a device has to sign next; NULL once it was answered
);
CREATE INDEX shipping_session_person ON shipping_session (person_id);
CREATE INDEX shipping_session_seen ON shipping_session (seen_at);
CREATE INDEX shipping_session_device ON shipping_session (device_id);

-- What one side of a handover says, kept until the other side is there. Only ever added to; what came of it is set once.
CREATE TABLE shipping_side (
    event_id BYTEA NOT NULL,                 -- 16 bytes: the handover; fixed, as all down to kept_at
    side TEXT NOT NULL,                      -- gives, takes
    shipment_id BYTEA NOT NULL REFERENCES shipping_shipment (shipment_id),
    person BYTEA NOT NULL,                   -- 16 bytes: who
    device_id BYTEA NOT NULL REFERENCES shipping_device (device_id),
    statement BYTEA NOT NULL,                -- signed (evidence::handover), verified when it came
    seal TEXT,                               -- what this side read on the seal; NULL where it was not asked
    condition TEXT NOT NULL,                 -- good, damaged
    said_at BIGINT NOT NULL,                 -- by the device's clock: written down, and nothing goes by it
    kept_at BIGINT NOT NULL,                 -- by the centre's
    outcome TEXT,                            -- NULL while the other side is missing; handed, or why not; set once
    courier BYTEA,                           -- 16 bytes: who has the shipment by that outcome
    PRIMARY KEY (event_id, side)
);
CREATE INDEX shipping_side_open ON shipping_side (shipment_id) WHERE outcome IS NULL;

-- What is not as it should be: whose it is, and until when it is to be settled. The clock reminds; nothing happens by it.
CREATE TABLE shipping_discrepancy (
    discrepancy_id BYTEA NOT NULL PRIMARY KEY, -- 16 bytes, drawn by whoever tells of it: told again it is known; fixed, as all down to words
    shipment_id BYTEA NOT NULL REFERENCES shipping_shipment (shipment_id),
    kind TEXT NOT NULL,                      -- missing_piece, extra_piece, other_piece, broken_seal, wrong_place, refused, returned, overdue
    owner TEXT NOT NULL,                     -- the role that settles it
    opened_at BIGINT NOT NULL,
    opened_by BYTEA NOT NULL,                -- 16 bytes: who told of it
    due_at BIGINT NOT NULL,                  -- opened_at and the kind's clock
    words BYTEA,                             -- sealed; row is the hexadecimal discrepancy_id; what they said
    settled_at BIGINT,                       -- NULL while it is open; set once, with the following
    settled_by BYTEA,                        -- 16 bytes: who
    settlement BYTEA,                        -- sealed; row is the hexadecimal discrepancy_id
    CHECK ((settled_at IS NULL) = (settled_by IS NULL)),
    CHECK ((settled_at IS NULL) = (settlement IS NULL))
);
CREATE INDEX shipping_discrepancy_open ON shipping_discrepancy (owner, due_at) WHERE settled_at IS NULL;
CREATE INDEX shipping_discrepancy_shipment ON shipping_discrepancy (shipment_id);

-- Pictures of damage, drawn anew from what the phone sent: nothing that it wrote beside the picture is kept.
CREATE TABLE shipping_photograph (
    photograph_id BYTEA NOT NULL PRIMARY KEY, -- 16 bytes, drawn by the device: sent again it is known; fixed, as all
    shipment_id BYTEA NOT NULL REFERENCES shipping_shipment (shipment_id),
    taken_by BYTEA NOT NULL,                 -- 16 bytes: who sent it
    kept_at BIGINT NOT NULL,
    jpeg BYTEA NOT NULL                      -- sealed; row is the hexadecimal photograph_id
);
CREATE INDEX shipping_photograph_shipment ON shipping_photograph (shipment_id);

-- A phone's tour.
CREATE INDEX shipping_shipment_sealed ON shipping_shipment (sealed_at) WHERE state = 'sealed';
CREATE INDEX shipping_shipment_courier ON shipping_shipment (courier) WHERE state = 'with_courier';
