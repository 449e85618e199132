-- So many finished orders as the line leaves them, FIRST to LAST of at most 2^24 (and no references checked: they are all here).
-- Keys lie evenly over their whole range, as random ones do, and come in order, so that ten million take minutes.
SET session_replication_role = replica;
SET synchronous_commit = off;
INSERT INTO order_item (order_id, issuer_profile, added_at, added_by, document_type, destination, express)
    SELECT decode(lpad(to_hex(n), 6, '0') || md5('o' || n), 'hex'), 'luxembourg', n, 'measure', 'identity_card', 'centre', 0
    FROM generate_series(FIRST, LAST) AS n;
INSERT INTO stock_blank (blank_id, delivery_id, chip_serial, key_check_values, state)
    SELECT decode(lpad(to_hex(n), 6, '0') || md5('b' || n), 'hex'), '\x00', decode(lpad(to_hex(n), 6, '0') || '00000000000000', 'hex'),
           '\x000000000000000000', 'document'
    FROM generate_series(FIRST, LAST) AS n;
INSERT INTO stock_move (blank_id, step, state, moved_at)
    SELECT decode(lpad(to_hex(n), 6, '0') || md5('b' || n), 'hex'), 1, 'document', n FROM generate_series(FIRST, LAST) AS n;
INSERT INTO line_number (number, order_id, attempt, state, allocated_at)
    SELECT 'X' || lpad(n::text, 8, '0'), decode(lpad(to_hex(n), 6, '0') || md5('o' || n), 'hex'), 1, 'produced', n
    FROM generate_series(FIRST, LAST) AS n;
INSERT INTO line_attempt (order_id, attempt, state, blank_id, chip_serial, document_number, chip_key, lds_digest, sod_digest,
                          card_security_digest, queued_at, tries, rank_at)
    SELECT decode(lpad(to_hex(n), 6, '0') || md5('o' || n), 'hex'), 1, 'read_back',
           decode(lpad(to_hex(n), 6, '0') || md5('b' || n), 'hex'), decode(lpad(to_hex(n), 6, '0') || '00000000000000', 'hex'),
           'X' || lpad(n::text, 8, '0'), '\x04', '\x01', '\x02', '\x03', n, 0, n
    FROM generate_series(FIRST, LAST) AS n;
INSERT INTO line_move (order_id, attempt, step, state, moved_at)
    SELECT decode(lpad(to_hex(n), 6, '0') || md5('o' || n), 'hex'), 1, 1, 'read_back', n FROM generate_series(FIRST, LAST) AS n;
INSERT INTO audit_entry (act_id, phase, entered_at, actor, act, object)
    SELECT lpad(to_hex(n), 6, '0') || substr(md5('a' || n), 7), 'outcome', '2026-01-01T00:00:00Z', 'personalisation/line', 'read-back',
           'attempt ' || lpad(to_hex(n), 6, '0')
    FROM generate_series(FIRST, LAST) AS n;
RESET session_replication_role;
