-- Found in review: what the audit is searched by.

CREATE INDEX audit_entry_intent ON audit_entry (entered_at) WHERE phase = 'intent';

-- When somebody who does not work here left; NULL while active is 1, or where nobody knows.
ALTER TABLE staff_person ADD COLUMN left_at BIGINT;

-- Rejected dossiers of a station, for the bound on their bytes, and the alarm of each.
CREATE INDEX intake_dossier_rejected ON intake_dossier (station) WHERE state = 'rejected';
CREATE INDEX intake_alarm_open ON intake_alarm (hash) WHERE settled_at IS NULL;

-- What pages and the writer's transactions look applications up by.
CREATE INDEX intake_dossier_application ON intake_dossier (application);
CREATE INDEX review_application_subject ON review_application (subject, accepted_at);

-- Sessions that nobody has signed in to, oldest first.
CREATE INDEX staff_session_anonymous ON staff_session (person_id, made_at);
