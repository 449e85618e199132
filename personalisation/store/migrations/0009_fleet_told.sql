-- Alarms of the fleet are settled by somebody; revocations are told to pki, however long that takes.
-- Times as in 0002, "sealed" as in 0003.

ALTER TABLE fleet_alarm ADD COLUMN settled_at BIGINT;  -- set once
ALTER TABLE fleet_alarm ADD COLUMN settled_by BYTEA;   -- 16 bytes: the person; set once
ALTER TABLE fleet_alarm ADD COLUMN note BYTEA;         -- sealed; row is ALARM: what they found and did; set once
CREATE INDEX fleet_alarm_open ON fleet_alarm (raised_at) WHERE settled_at IS NULL;

-- What pki must hear of: one row for each revoked station, written in the transaction that revokes it.
CREATE TABLE fleet_revocation (
    station_id BYTEA NOT NULL PRIMARY KEY REFERENCES fleet_station (station_id), -- fixed
    tries BIGINT NOT NULL DEFAULT 0,         -- how often a program began to tell it by itself; only grows
    next_try_at BIGINT NOT NULL,             -- not before
    told_at BIGINT                           -- when pki had said yes; set once
);
CREATE INDEX fleet_revocation_untold ON fleet_revocation (next_try_at) WHERE told_at IS NULL;

-- Nobody wrote down whether pki heard of those of before: telling it again changes nothing there.
INSERT INTO fleet_revocation (station_id, tries, next_try_at)
SELECT station_id, 0, since FROM fleet_station WHERE state = 'revoked';
