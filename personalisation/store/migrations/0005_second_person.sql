-- Second persons elsewhere: what stations asked, and what was said at the console. Times, identifiers and "sealed" as
-- in 0001. What was shown is erased with the end of a question; the rest some weeks later.

CREATE TABLE intake_second_person (
    application BYTEA NOT NULL,              -- fixed
    summary BYTEA NOT NULL,                  -- SHA-256 of the summary that is looked at; fixed
    station BYTEA NOT NULL,                  -- which station asked; fixed
    office TEXT NOT NULL,                    -- its office; fixed
    clerk BYTEA NOT NULL,                    -- who asked; may not decide
    captured_by BYTEA NOT NULL,              -- who captured any of it: ids of 16 bytes, in order; may not decide
    state TEXT NOT NULL,                     -- waiting -> approved, declined, taken_back, expired; the last two -> waiting
    asked_at BIGINT NOT NULL,                -- when it came last
    content BYTEA,                           -- sealed; row is APPLICATION:SUMMARY; the request (canonical CBOR); NULL once not waiting
    decided_by BYTEA,                        -- who approved or declined
    decided_at BIGINT,                       -- when it ended
    answer BYTEA,                            -- sealed; row is APPLICATION:SUMMARY; approved: the signed record; declined: why
    PRIMARY KEY (application, summary)
);
CREATE INDEX intake_second_person_waiting ON intake_second_person (state, asked_at);
