-- The life of documents (docs/document.md): what became of each number, reports of loss and theft, lists for inspection systems,
-- questions of officials. For SQLite and PostgreSQL alike; times and identifiers as in 0001, days as YYYY-MM-DD by Luxembourg's clocks.
-- No personal data but who works here, and keyed hashes of holders.

-- Every number whose card was finished, or will never be.
CREATE TABLE document_item (
    number TEXT NOT NULL PRIMARY KEY REFERENCES line_number (number), -- fixed
    order_id BYTEA NOT NULL,                 -- fixed
    attempt BIGINT NOT NULL,                 -- fixed
    issuer_profile TEXT NOT NULL,            -- of its order; fixed
    document_type TEXT NOT NULL,             -- of its order; fixed
    state TEXT NOT NULL,                     -- produced, active, suspended, revoked, expired, destroyed, void; every change guards the old one
    produced_at BIGINT,                      -- when its card was finished; NULL where it never was; fixed
    person_key BYTEA,                        -- from active on: keyed hash of its holder, 32 bytes (review_person); fixed then, as the next three
    expires_on TEXT,                         -- its last day
    activated_at BIGINT,
    activated_by BYTEA,                      -- 16 bytes: who handed it over
    reason TEXT,                             -- of revoked and void: why; fixed then, as the next two
    ended_at BIGINT,                         -- when it was revoked, expired or void
    ended_by BYTEA,                          -- 16 bytes: who decided that; NULL = a rule
    ended_as TEXT,                           -- of destroyed: revoked or expired before
    destroyed_at BIGINT,
    destroyed_by BYTEA,                      -- 16 bytes
    destroyed_with BYTEA,                    -- 16 bytes: the second person
    UNIQUE (order_id, attempt),
    FOREIGN KEY (order_id, attempt) REFERENCES line_attempt (order_id, attempt),
    CHECK (destroyed_by IS NULL OR destroyed_by <> destroyed_with)
);
-- Per person and type at most one is active.
CREATE UNIQUE INDEX document_item_one_active ON document_item (person_key, document_type) WHERE state = 'active';
CREATE INDEX document_item_expiring ON document_item (expires_on) WHERE state IN ('active', 'suspended');
CREATE INDEX document_item_suspended ON document_item (number) WHERE state = 'suspended';
-- What lists are made of.
CREATE INDEX document_item_listed ON document_item (number) WHERE state IN ('suspended', 'revoked', 'destroyed', 'void');

-- Reports of loss and theft; one that was lifted stays.
CREATE TABLE document_report (
    number TEXT NOT NULL REFERENCES document_item (number),
    step BIGINT NOT NULL,                    -- 1, 2, 3 … for each document
    loss TEXT NOT NULL,                      -- lost, stolen; fixed, as all but the last two
    reporter TEXT NOT NULL,                  -- in what capacity: holder, representative, police, office
    lost_on TEXT NOT NULL,                   -- the day, as far as they know
    place TEXT NOT NULL,                     -- the office where it was reported, or centre
    reported_by BYTEA NOT NULL,              -- 16 bytes: who wrote it down
    reported_at BIGINT NOT NULL,
    last_day TEXT NOT NULL,                  -- the seventh working day after: from the next one on it is final
    lifted_at BIGINT,                        -- set once: it was found
    lifted_by BYTEA,                         -- 16 bytes
    PRIMARY KEY (number, step),
    CHECK (lifted_by IS NULL OR lifted_by <> reported_by)
);
-- One report stands.
CREATE UNIQUE INDEX document_report_standing ON document_report (number) WHERE lifted_at IS NULL;

-- Every move after a document was produced; only ever added to.
CREATE TABLE document_move (
    number TEXT NOT NULL REFERENCES document_item (number),
    step BIGINT NOT NULL,                    -- 1, 2, 3 … for each document
    state TEXT NOT NULL,                     -- the state it came into
    moved_at BIGINT NOT NULL,
    person BYTEA,                            -- 16 bytes: who; NULL = a rule
    PRIMARY KEY (number, step)
);

-- Lists of documents that must not be accepted; their numbers are never used again.
CREATE TABLE document_list (
    issuer_profile TEXT NOT NULL,            -- fixed
    number BIGINT NOT NULL,                  -- 1, 2, 3 … for each issuer; fixed
    made_at BIGINT NOT NULL,                 -- fixed
    entries BIGINT NOT NULL,                 -- how many documents; fixed
    digest BYTEA NOT NULL,                   -- SHA-256 of its canonical bytes; fixed
    body BYTEA,                              -- canonical bytes (evidence::document_list); NULL once a newer one is signed
    signature BYTEA,                         -- r s, 64 bytes; NULL until the token signed; set once
    PRIMARY KEY (issuer_profile, number)
);

-- What officials asked: how often, and how often for nothing.
CREATE TABLE document_question (
    question_id BYTEA NOT NULL PRIMARY KEY,  -- 16 bytes: the act's id in the audit
    person BYTEA NOT NULL,                   -- 16 bytes: who asked
    asked_at BIGINT NOT NULL,
    unknown SMALLINT NOT NULL                -- 1 where the answer was unknown, else 0
);
CREATE INDEX document_question_person ON document_question (person, asked_at);

-- What was made before: finished cards are produced, what was given up is void.
INSERT INTO document_item (number, order_id, attempt, issuer_profile, document_type, state, produced_at, reason, ended_at)
SELECT known.number, known.order_id, known.attempt, item.issuer_profile, attempt.document_type, known.state,
       CASE WHEN known.state = 'produced' THEN moved.last_at END,
       CASE WHEN known.state = 'void' THEN COALESCE(attempt.scrap_reason, 'cancelled') END,
       CASE WHEN known.state = 'void' THEN moved.last_at END
FROM line_number AS known
JOIN order_item AS item ON item.order_id = known.order_id
JOIN line_attempt AS attempt ON attempt.order_id = known.order_id AND attempt.attempt = known.attempt
JOIN (SELECT order_id, attempt, MAX(moved_at) AS last_at FROM line_move WHERE state <> 'packed' GROUP BY order_id, attempt) AS moved
    ON moved.order_id = known.order_id AND moved.attempt = known.attempt
WHERE known.state IN ('produced', 'void');
