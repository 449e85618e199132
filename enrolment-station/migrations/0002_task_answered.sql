-- Which application was sent from here in answer to a task: it is not begun twice. Empty again when the centre asks anew.
ALTER TABLE outbox_task ADD COLUMN answered_by BYTEA;
