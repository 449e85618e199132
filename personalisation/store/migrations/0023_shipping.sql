-- Shipping (docs/shipping.md): bags and boxes, what is in each, seals and manifests. For SQLite and PostgreSQL alike; times and
-- identifiers as in 0001. No personal data but who works here.

CREATE TABLE shipping_shipment (
    shipment_id BYTEA NOT NULL PRIMARY KEY,  -- 16 bytes; fixed
    number BIGINT NOT NULL UNIQUE,           -- 1, 2, 3 …: as people say it; fixed
    container TEXT NOT NULL,                 -- bag, box; fixed
    destination TEXT NOT NULL,               -- office, or centre; fixed
    state TEXT NOT NULL,                     -- packing, sealed; every change guards the old one
    opened_at BIGINT NOT NULL,               -- fixed
    opened_by BYTEA NOT NULL,                -- 16 bytes: who; fixed
    seal TEXT UNIQUE,                        -- from sealed on: the number of its seal, used once for ever; fixed then, as all of the following
    pieces BIGINT,                           -- cards inside
    manifest BYTEA,                          -- canonical bytes (evidence::manifest)
    manifest_digest BYTEA,                   -- SHA-256 of them
    sealed_at BIGINT,
    sealed_by BYTEA,                         -- 16 bytes: who sealed
    counted_by BYTEA,                        -- 16 bytes: who counted: somebody who packed nothing of it
    signed BYTEA,                            -- the signed manifest; NULL until the token signed; set once
    CHECK (counted_by IS NULL OR counted_by <> sealed_by)
);
CREATE INDEX shipping_shipment_destination ON shipping_shipment (destination, number) WHERE state = 'packing';
CREATE INDEX shipping_shipment_unsigned ON shipping_shipment (number) WHERE manifest IS NOT NULL AND signed IS NULL;

-- Every card that was ever put into a container, taken out again or not.
CREATE TABLE shipping_piece (
    shipment_id BYTEA NOT NULL REFERENCES shipping_shipment (shipment_id),
    step BIGINT NOT NULL,                    -- 1, 2, 3 … for each shipment
    order_id BYTEA NOT NULL,
    attempt BIGINT NOT NULL,
    packed_at BIGINT NOT NULL,               -- fixed
    packed_by BYTEA NOT NULL,                -- 16 bytes: who; fixed
    taken_out_at BIGINT,                     -- NULL while it is inside; set once, as the following
    taken_out_by BYTEA,
    taken_out_why TEXT,                      -- damaged, mistaken, repacked
    PRIMARY KEY (shipment_id, step),
    FOREIGN KEY (order_id, attempt) REFERENCES line_attempt (order_id, attempt)
);
-- A card is in one container.
CREATE UNIQUE INDEX shipping_piece_once ON shipping_piece (order_id, attempt) WHERE taken_out_at IS NULL;

ALTER TABLE line_attempt ADD COLUMN shipment_id BYTEA REFERENCES shipping_shipment (shipment_id); -- while packed: where
-- What waits to be packed, for each destination.
CREATE INDEX line_attempt_to_pack ON line_attempt (destination) WHERE state = 'quality_passed';

ALTER TABLE shipping_shipment ADD COLUMN courier BYTEA;     -- from with_courier on: who has it, or had it last
ALTER TABLE shipping_shipment ADD COLUMN carried_at BIGINT; -- since when
CREATE UNIQUE INDEX shipping_shipment_manifest ON shipping_shipment (manifest_digest) WHERE manifest_digest IS NOT NULL;

-- Devices whose keys sign handovers.
CREATE TABLE shipping_device (
    device_id BYTEA NOT NULL PRIMARY KEY,    -- 16 bytes; fixed
    person BYTEA NOT NULL,                   -- 16 bytes: whose; fixed
    spki BYTEA NOT NULL,                     -- DER of its P-256 public key; fixed
    added_at BIGINT NOT NULL,                -- fixed
    revoked_at BIGINT                        -- set once
);

-- Every handover; only ever added to.
CREATE TABLE shipping_handover (
    event_id BYTEA NOT NULL PRIMARY KEY,     -- 16 bytes, drawn by the device that began: sent again it is known
    shipment_id BYTEA NOT NULL REFERENCES shipping_shipment (shipment_id),
    step BIGINT NOT NULL,                    -- 1, 2, 3 … for each shipment
    giver BYTEA NOT NULL,                    -- 16 bytes: who
    taker BYTEA NOT NULL,
    gives BYTEA NOT NULL,                    -- the signed statement of each side (evidence::handover)
    takes BYTEA NOT NULL,
    handed_at BIGINT NOT NULL,
    UNIQUE (shipment_id, step),
    CHECK (giver <> taker)
);
