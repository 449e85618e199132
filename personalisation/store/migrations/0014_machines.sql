-- Cards in personalisation machines. For SQLite and PostgreSQL alike.
ALTER TABLE line_attempt ADD COLUMN machine TEXT;        -- serial number of the machine that its card lies in; from bound on, written again when taken up elsewhere; NULL in a plain reader
ALTER TABLE line_attempt ADD COLUMN machine_card BIGINT; -- that machine's own number for the card, from 1
ALTER TABLE line_attempt ADD COLUMN left_machine TEXT;   -- exit, reject, removed: where the card left the machine to; NULL while it is inside

-- What a machine has inside, however much it has made.
CREATE INDEX line_attempt_in_machine ON line_attempt (machine, machine_card) WHERE machine IS NOT NULL AND left_machine IS NULL;
