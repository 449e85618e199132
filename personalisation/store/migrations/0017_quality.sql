-- Quality (docs/quality.md): who looked at which card, set-ups of machines with their first articles, who worked at which
-- machine. For SQLite and PostgreSQL alike; times as in 0001. No personal data but who works here.

-- A machine's set-up since a change of ribbon or template: no second card is printed before a person approved the first.
CREATE TABLE quality_set_up (
    machine TEXT NOT NULL,                   -- serial number; fixed
    number BIGINT NOT NULL,                  -- 1, 2, 3 … for each machine; the highest holds
    change_id BYTEA NOT NULL UNIQUE,         -- of the act that told of the change, so that telling twice is telling once; fixed
    cause TEXT NOT NULL,                     -- ribbon, template; fixed
    template TEXT NOT NULL,                  -- what is printed, with its version; fixed
    began_at BIGINT NOT NULL,
    article_order BYTEA,                     -- its first article; NULL before there is one, and after it was rejected
    article_attempt BIGINT,
    approved_by BYTEA,                       -- the person; NULL until then
    approved_at BIGINT,
    PRIMARY KEY (machine, number),
    FOREIGN KEY (article_order, article_attempt) REFERENCES line_attempt (order_id, attempt)
);

-- Who worked at a machine from when to when: made its cards, and inspects none of them.
CREATE TABLE quality_operator (
    machine TEXT NOT NULL,                   -- serial number; fixed
    person BYTEA NOT NULL,                   -- fixed
    since BIGINT NOT NULL,                   -- fixed
    until BIGINT,                            -- NULL while they work there
    PRIMARY KEY (machine, person, since)
);

-- Every inspection of a card; only ever added to.
CREATE TABLE quality_inspection (
    order_id BYTEA NOT NULL,
    attempt BIGINT NOT NULL,
    look TEXT NOT NULL,                      -- machine, first_article, sample
    machine TEXT NOT NULL,                   -- serial number of the machine that made the card
    passed BIGINT NOT NULL,                  -- 1 or 0
    detail TEXT,                             -- a machine's findings in words; no personal data
    inspector BYTEA,                         -- the person; NULL for a machine
    inspected_at BIGINT NOT NULL,
    PRIMARY KEY (order_id, attempt, look),
    FOREIGN KEY (order_id, attempt) REFERENCES line_attempt (order_id, attempt)
);
CREATE INDEX quality_inspection_day ON quality_inspection (inspected_at);

CREATE TABLE quality_reason (
    order_id BYTEA NOT NULL,
    attempt BIGINT NOT NULL,
    look TEXT NOT NULL,
    reason TEXT NOT NULL,                    -- docs/quality.md
    PRIMARY KEY (order_id, attempt, look, reason),
    FOREIGN KEY (order_id, attempt, look) REFERENCES quality_inspection (order_id, attempt, look)
);
