-- What is only ever added to, whoever has the file open. Made anew at each start; a migration that must change such a
-- table drops its guards first.
CREATE TRIGGER IF NOT EXISTS stock_entry_fixed BEFORE UPDATE ON stock_entry
BEGIN SELECT RAISE(ABORT, 'entries of the ledger are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS stock_entry_kept BEFORE DELETE ON stock_entry
BEGIN SELECT RAISE(ABORT, 'entries of the ledger are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS stock_move_fixed BEFORE UPDATE ON stock_move
BEGIN SELECT RAISE(ABORT, 'moves of blanks are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS stock_move_kept BEFORE DELETE ON stock_move
BEGIN SELECT RAISE(ABORT, 'moves of blanks are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS stock_count_fixed BEFORE UPDATE ON stock_count
BEGIN SELECT RAISE(ABORT, 'counts of shifts are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS stock_count_kept BEFORE DELETE ON stock_count
BEGIN SELECT RAISE(ABORT, 'counts of shifts are only ever added'); END;
