-- What applicants are told in writing: one notice for each move that they must hear of, written in the same commit.
-- Times, identifiers and "sealed" as in 0003.

CREATE TABLE review_notice (
    notice_id BYTEA NOT NULL PRIMARY KEY,    -- 16 bytes; fixed
    application BYTEA NOT NULL,              -- fixed
    step BIGINT NOT NULL,                    -- the move that it tells; fixed
    kind TEXT NOT NULL,                      -- more_needed, refused, withdrawn; fixed
    channel TEXT NOT NULL,                   -- letter, office, nobody; fixed
    office TEXT NOT NULL,                    -- where it was captured, and is handed over; fixed
    language TEXT NOT NULL,                  -- fr, de, lb, en: of whom it is for; fixed
    facts BYTEA,                             -- sealed; row is NOTICE: what its text is made of; NULL once erased
    made_at BIGINT NOT NULL,                 -- fixed
    prints BIGINT NOT NULL DEFAULT 0,        -- how often it was given out to be printed
    printed_at BIGINT,                       -- when, the last time: written before the letter is given out
    printed_by BYTEA,                        -- 16 bytes: by whom, the last time
    sent_at BIGINT,                          -- when it was said to be sent; fixed then
    sent_by BYTEA,                           -- 16 bytes: by whom; fixed then
    UNIQUE (application, step),
    FOREIGN KEY (application, step) REFERENCES review_move (application, step)
);
CREATE INDEX review_notice_unsent ON review_notice (made_at) WHERE sent_at IS NULL AND channel <> 'nobody';
