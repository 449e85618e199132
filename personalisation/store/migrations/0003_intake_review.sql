-- Sealed dossiers that arrived, applications and what was decided about them. For SQLite and PostgreSQL alike.
-- Times: microseconds since 1970-01-01 00:00 UTC. "sealed": AES-256-GCM bound to table, row and column; kinds that
-- hold fingers under a key of their own. Rows are never deleted here; erasure sets sealed columns to NULL.

-- Dossiers of which every byte is here; unfinished ones are files only (docs/intake.md).
CREATE TABLE intake_dossier (
    hash BYTEA NOT NULL PRIMARY KEY,         -- SHA-256 of the sealed bytes; fixed
    station BYTEA NOT NULL,                  -- 16 bytes: whose connection they came by; fixed
    application BYTEA,                       -- 16 bytes: what its header says; NULL where none can be read; fixed
    length BIGINT NOT NULL,                  -- sealed bytes; fixed
    held_at BIGINT NOT NULL,                 -- by our clock; fixed
    state TEXT NOT NULL,                     -- held, accepted, rejected; every change guards the old one
    reason TEXT,                             -- for rejected: why, docs/dossier.md
    receipt BYTEA NOT NULL,                  -- the newest signed receipt; no personal data
    recapture_of BYTEA,                      -- from accepted on: the application that it supplements
    ended_at BIGINT,                         -- when it was accepted or rejected
    filed BIGINT NOT NULL DEFAULT 0,         -- 1 once its file was erased (accepted) or put away (rejected)
    tries BIGINT NOT NULL DEFAULT 0,         -- how often somebody began to open it
    lease_token BYTEA,                       -- the right to open it; NULL = nobody has it
    lease_expires_at BIGINT                  -- until when; without a token: not to be tried before
);
CREATE INDEX intake_dossier_state ON intake_dossier (state, held_at);
CREATE INDEX intake_dossier_unfiled ON intake_dossier (state) WHERE filed = 0;

-- What somebody must look at; no personal data.
CREATE TABLE intake_alarm (
    alarm_id BYTEA NOT NULL PRIMARY KEY,     -- 16 bytes; fixed
    raised_at BIGINT NOT NULL,               -- fixed
    station BYTEA NOT NULL,                  -- fixed
    hash BYTEA NOT NULL,                     -- the dossier; fixed
    reason TEXT NOT NULL,                    -- the receipt's reason; fixed
    settled_at BIGINT,                       -- when a supervisor was done with it
    settled_by BYTEA                         -- 16 bytes: that person
);

-- Applications from Accepted on (personalisation/core/src/application).
CREATE TABLE review_application (
    application BYTEA NOT NULL PRIMARY KEY,  -- 16 bytes; fixed
    hash BYTEA NOT NULL UNIQUE REFERENCES intake_dossier (hash), -- the dossier it came as; fixed
    content BYTEA NOT NULL,                  -- the dossier that counts: the newest recapture, else the first
    supplement BYTEA,                        -- in more_needed: a recapture that is here and not checked yet
    station BYTEA NOT NULL,                  -- 16 bytes; fixed
    office TEXT NOT NULL,                    -- where it was captured; fixed
    document_type TEXT NOT NULL,             -- identity_card, residence_permit; fixed
    ground TEXT NOT NULL,                    -- first, renewal, loss, theft, correction; fixed
    express BIGINT NOT NULL,                 -- 0, 1; fixed
    forced BIGINT NOT NULL,                  -- 1: some capture was taken against its measure
    state TEXT NOT NULL,                     -- docs/review.md; every change guards the old one
    step BIGINT NOT NULL,                    -- moves so far: a decision is about what its maker saw
    referrals TEXT NOT NULL DEFAULT '',      -- in verified, in_review: names, separated by spaces
    wanted TEXT NOT NULL DEFAULT '',         -- in more_needed: names, separated by spaces
    appointment BIGINT,                      -- in more_needed: when the applicant is to come, if agreed
    configuration BIGINT,                    -- in approved by rule: number of the configuration
    decided_by BYTEA,                        -- in approved, refused, withdrawn by a person: who, 16 bytes
    refusal TEXT,                            -- in refused: the ground
    subject BYTEA NOT NULL,                  -- keyed hash of the person, 32 bytes; fixed
    claim BYTEA,                             -- the subject, while this is the person's one live application of the type
    order_id BYTEA REFERENCES order_item (order_id), -- from approved on
    accepted_at BIGINT NOT NULL,             -- fixed
    since BIGINT NOT NULL,                   -- when it came into its state
    change BIGINT NOT NULL UNIQUE,           -- grows with every change of any application: the cursor of stations
    tries BIGINT NOT NULL DEFAULT 0,
    lease_token BYTEA,                       -- the right to check it; NULL = nobody has it
    lease_expires_at BIGINT
);
-- Per person and type at most one application lives; another one waits for a person without the claim.
CREATE UNIQUE INDEX review_application_claim ON review_application (claim, document_type) WHERE claim IS NOT NULL;
CREATE INDEX review_application_state ON review_application (state, since);
CREATE INDEX review_application_office ON review_application (office, change);

-- Who captured or stood by: none of them may decide. Only ever added to.
CREATE TABLE review_handler (
    application BYTEA NOT NULL REFERENCES review_application (application),
    person BYTEA NOT NULL,                   -- 16 bytes
    PRIMARY KEY (application, person)
);

-- What a dossier held, each class of data in its own sealed row.
CREATE TABLE review_content (
    hash BYTEA NOT NULL REFERENCES intake_dossier (hash),
    kind TEXT NOT NULL,                      -- text, proof, portrait, signature, fingers; fixed
    sealed BYTEA,                            -- sealed; row is HASH:KIND; NULL once erased
    PRIMARY KEY (hash, kind)
);

-- The files of the order that approval will make, sealed for their later place in order_content.
CREATE TABLE review_prepared (
    hash BYTEA NOT NULL REFERENCES intake_dossier (hash),
    order_id BYTEA NOT NULL,                 -- 16 bytes: the order that it will become; fixed
    kind TEXT NOT NULL,                      -- dg2, dg3, dg7, dg11; fixed
    digest BYTEA NOT NULL,                   -- SHA-256 of the file, for the ticket; fixed
    sealed BYTEA,                            -- sealed; row is ORDER:KIND of order_content; NULL once erased
    PRIMARY KEY (hash, kind)
);

-- What the automatic checks found; names of fields and measures, never their values.
CREATE TABLE review_check (
    hash BYTEA NOT NULL REFERENCES intake_dossier (hash), -- the content that was checked
    name TEXT NOT NULL,                      -- docs/review.md
    referral TEXT,                           -- NULL: passed
    detail TEXT NOT NULL,                    -- names, separated by spaces
    PRIMARY KEY (hash, name)
);

-- Every move of every application, and who decided it; only ever added to.
CREATE TABLE review_move (
    application BYTEA NOT NULL REFERENCES review_application (application),
    step BIGINT NOT NULL,                    -- 1, 2, 3 … for each application
    state TEXT NOT NULL,                     -- the state it came into
    moved_at BIGINT NOT NULL,
    person BYTEA,                            -- 16 bytes: who decided, where a person did
    note BYTEA,                              -- sealed, row is APPLICATION/STEP: what they wrote; NULL where nothing, or once erased
    PRIMARY KEY (application, step)
);
