-- Versions of the templates that faces are printed by (docs/templates.md). For SQLite and PostgreSQL alike; times and identifiers as
-- in 0001; digests are SHA-256 in 64 hexadecimal digits.
CREATE TABLE template_version (
    issuer_profile TEXT NOT NULL,            -- fixed
    document_type TEXT NOT NULL,             -- as order_item has it; fixed
    version BIGINT NOT NULL,                 -- from 1; fixed
    digest TEXT NOT NULL,                    -- of all that it is made of; fixed once first_used_at is set
    proposed_by BYTEA,                       -- staff_person; NULL: in use before approvals were recorded; fixed as digest
    proposed_at BIGINT NOT NULL,             -- fixed as digest
    first_used_at BIGINT,                    -- when the first card was bound to it: nothing changes any more; set once
    PRIMARY KEY (issuer_profile, document_type, version)
);

-- Who approved what: a digest, not a number; those of another digest count for nothing. Only ever added to.
CREATE TABLE template_approval (
    issuer_profile TEXT NOT NULL,
    document_type TEXT NOT NULL,
    version BIGINT NOT NULL,
    digest TEXT NOT NULL,
    person_id BYTEA NOT NULL,                -- staff_person, never proposed_by
    approved_at BIGINT NOT NULL,
    PRIMARY KEY (issuer_profile, document_type, version, digest, person_id),
    FOREIGN KEY (issuer_profile, document_type, version)
        REFERENCES template_version (issuer_profile, document_type, version)
);

ALTER TABLE line_attempt ADD COLUMN template_version BIGINT; -- from bound on: by which its faces are printed; fixed
ALTER TABLE line_attempt ADD COLUMN template_digest TEXT;    -- of that version then; fixed

-- What identity cards were printed by until now.
INSERT INTO template_version (issuer_profile, document_type, version, digest, proposed_at) VALUES
    ('luxembourg', 'identity_card', 1, 'e4cf6365e019bd9ea672d8a9765d4922f6044bcf68112c2b4abd3fd1f26873b7', 0),
    ('utopia', 'identity_card', 1, '4342547bc71111dc18a9795d3ddc853f4651e56cd332452a01e6b4bab36e31ca', 0);
