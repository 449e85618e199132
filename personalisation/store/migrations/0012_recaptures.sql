-- Every recapture of an application is found by it, for the keys of its person. For SQLite and PostgreSQL alike.
CREATE INDEX intake_dossier_recapture ON intake_dossier (recapture_of) WHERE recapture_of IS NOT NULL;

-- The first completion (0010) read of each application its first dossier, the one that counts and the one not checked
-- yet; those captured again more than once are read once more.
UPDATE review_application SET person_known = 0
    WHERE application IN (SELECT recapture_of FROM intake_dossier WHERE recapture_of IS NOT NULL);
