-- Persons under every keyed hash that is known of them, and payments. For SQLite and PostgreSQL alike; times,
-- identifiers and "sealed" as in 0001. Keys are HMAC-SHA-256 under a key derived from the sealing key.

-- Whom each application is about: a row a key; only ever added to, by recaptures too (docs/review.md).
CREATE TABLE review_person (
    application BYTEA NOT NULL REFERENCES review_application (application),
    person_key BYTEA NOT NULL,               -- keyed hash, 32 bytes; fixed
    kind TEXT NOT NULL,                      -- number, naming; either = from before this table, until the dossier is read
    PRIMARY KEY (application, person_key)
);
CREATE INDEX review_person_key ON review_person (person_key);
INSERT INTO review_person (application, person_key, kind)
    SELECT application, subject, 'either' FROM review_application;
DROP INDEX review_application_subject;

-- Payment references that applications name; none where nothing was paid.
CREATE TABLE review_payment (
    application BYTEA NOT NULL REFERENCES review_application (application),
    payment_key BYTEA NOT NULL,              -- keyed hash of office and reference, 32 bytes; fixed
    place BIGINT NOT NULL,                   -- counts the applications that name it, as they came; 0 = before this table
    PRIMARY KEY (application, payment_key)
);
CREATE INDEX review_payment_key ON review_payment (payment_key);

-- For whom each order is.
CREATE TABLE order_person (
    order_id BYTEA NOT NULL REFERENCES order_item (order_id),
    person_key BYTEA NOT NULL,               -- keyed hash, 32 bytes; fixed
    kind TEXT NOT NULL,                      -- number, naming; either = copied from an application of before
    document_type TEXT NOT NULL,             -- identity_card, residence_permit; fixed
    PRIMARY KEY (order_id, person_key)
);
CREATE INDEX order_person_key ON order_person (person_key);
INSERT INTO order_person (order_id, person_key, kind, document_type)
    SELECT order_id, subject, 'either', document_type FROM review_application WHERE order_id IS NOT NULL;
CREATE UNIQUE INDEX review_application_order ON review_application (order_id) WHERE order_id IS NOT NULL;

-- Whoever claims something for a person touches the rows of the person's keys first, in order: claims of one person
-- are taken one after the other, on engines too where writers run side by side.
CREATE TABLE review_latch (
    person_key BYTEA NOT NULL PRIMARY KEY,
    taken BIGINT NOT NULL                    -- how often; says nothing
);

-- 0: from before this migration, and its dossier or content is still to be read for its keys (service/src/person).
ALTER TABLE review_application ADD COLUMN person_known BIGINT NOT NULL DEFAULT 0;
ALTER TABLE order_item ADD COLUMN person_known BIGINT NOT NULL DEFAULT 0;
CREATE INDEX review_application_unknown ON review_application (application) WHERE person_known = 0;
CREATE INDEX order_item_unknown ON order_item (order_id) WHERE person_known = 0;
