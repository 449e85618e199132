-- The queue by rank (personalisation/core/src/queue.rs), batches for one destination, cancelling what is being made.
-- For SQLite and PostgreSQL alike; times and identifiers as in 0001.

ALTER TABLE order_item ADD COLUMN document_type TEXT NOT NULL DEFAULT 'identity_card'; -- fixed
ALTER TABLE order_item ADD COLUMN destination TEXT NOT NULL DEFAULT 'centre'; -- office where it is handed over, or centre; fixed
ALTER TABLE order_item ADD COLUMN express SMALLINT NOT NULL DEFAULT 0;        -- 0, 1; fixed

-- Cards that one worker makes one after another for one destination.
CREATE TABLE line_batch (
    batch_id BYTEA NOT NULL PRIMARY KEY,     -- 16 bytes; fixed
    holder TEXT NOT NULL,                    -- which worker: a reader of a line; fixed
    destination TEXT NOT NULL,               -- as order_item has it; fixed
    document_type TEXT NOT NULL,             -- as order_item has it; fixed
    taken BIGINT NOT NULL,                   -- attempts that were bound for it; only grows
    opened_at BIGINT NOT NULL,               -- fixed
    closed_at BIGINT                         -- set once: full, or the worker went on to another
);
-- A worker has one batch at a time.
CREATE UNIQUE INDEX line_batch_open ON line_batch (holder) WHERE closed_at IS NULL;

ALTER TABLE line_attempt ADD COLUMN class TEXT NOT NULL DEFAULT 'normal';     -- remake, express, normal; fixed
ALTER TABLE line_attempt ADD COLUMN rank_at BIGINT NOT NULL DEFAULT 0;        -- queued_at less the class's head start; fixed
ALTER TABLE line_attempt ADD COLUMN document_type TEXT NOT NULL DEFAULT 'identity_card'; -- of its order; fixed
ALTER TABLE line_attempt ADD COLUMN destination TEXT NOT NULL DEFAULT 'centre'; -- of its order; fixed
ALTER TABLE line_attempt ADD COLUMN batch_id BYTEA REFERENCES line_batch (batch_id); -- from bound on; fixed
ALTER TABLE line_attempt ADD COLUMN cancel_at BIGINT; -- when somebody cancelled it in a worker's hands: ends at the next step; set once

-- Orders of approved applications, as those say.
UPDATE order_item SET
    document_type = (SELECT document_type FROM review_application AS own WHERE own.order_id = order_item.order_id),
    destination = (SELECT office FROM review_application AS own WHERE own.order_id = order_item.order_id),
    express = (SELECT express FROM review_application AS own WHERE own.order_id = order_item.order_id)
    WHERE EXISTS (SELECT 1 FROM review_application AS own WHERE own.order_id = order_item.order_id);
UPDATE line_attempt SET
    document_type = (SELECT document_type FROM order_item AS own WHERE own.order_id = line_attempt.order_id),
    destination = (SELECT destination FROM order_item AS own WHERE own.order_id = line_attempt.order_id),
    class = CASE WHEN attempt > 1 THEN 'remake'
                 WHEN (SELECT express FROM order_item AS own WHERE own.order_id = line_attempt.order_id) = 1 THEN 'express'
                 ELSE 'normal' END;
-- 72 hours ahead, or 24.
UPDATE line_attempt SET rank_at = queued_at
    - CASE class WHEN 'remake' THEN 259200000000 WHEN 'express' THEN 86400000000 ELSE 0 END;

-- Who is next, among all and for one destination; short however many are finished.
CREATE INDEX line_attempt_next ON line_attempt (rank_at, order_id) WHERE state = 'queued';
CREATE INDEX line_attempt_next_for ON line_attempt (destination, document_type, rank_at, order_id) WHERE state = 'queued';
CREATE INDEX line_attempt_batch ON line_attempt (batch_id);
