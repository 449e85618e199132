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
-- A template version by which a card was made, or that was in use before approvals were recorded, stays what it was.
CREATE TRIGGER IF NOT EXISTS template_version_frozen BEFORE UPDATE ON template_version
WHEN ((OLD.first_used_at IS NOT NULL OR OLD.proposed_by IS NULL)
      AND (NEW.issuer_profile <> OLD.issuer_profile OR NEW.document_type <> OLD.document_type OR NEW.version <> OLD.version
           OR NEW.digest <> OLD.digest OR NEW.proposed_by IS NOT OLD.proposed_by OR NEW.proposed_at <> OLD.proposed_at))
     OR (OLD.first_used_at IS NOT NULL AND NEW.first_used_at IS NOT OLD.first_used_at)
BEGIN SELECT RAISE(ABORT, 'a template version that is used is frozen'); END;
CREATE TRIGGER IF NOT EXISTS template_version_kept BEFORE DELETE ON template_version
WHEN OLD.first_used_at IS NOT NULL OR OLD.proposed_by IS NULL
BEGIN SELECT RAISE(ABORT, 'a template version that is used is frozen'); END;
CREATE TRIGGER IF NOT EXISTS template_approval_fixed BEFORE UPDATE ON template_approval
BEGIN SELECT RAISE(ABORT, 'approvals of templates are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS template_approval_kept BEFORE DELETE ON template_approval
BEGIN SELECT RAISE(ABORT, 'approvals of templates are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS stock_count_fixed BEFORE UPDATE ON stock_count
BEGIN SELECT RAISE(ABORT, 'counts of shifts are only ever added'); END;
-- An issue is signed once; what it is of stays.
CREATE TRIGGER IF NOT EXISTS stock_issue_fixed BEFORE UPDATE ON stock_issue
WHEN OLD.signed IS NOT NULL OR NEW.entry_id <> OLD.entry_id OR NEW.line <> OLD.line OR NEW.number IS NOT OLD.number
BEGIN SELECT RAISE(ABORT, 'issues of blanks are only ever added, and signed once'); END;
CREATE TRIGGER IF NOT EXISTS stock_issue_kept BEFORE DELETE ON stock_issue
BEGIN SELECT RAISE(ABORT, 'issues of blanks are only ever added, and signed once'); END;
CREATE TRIGGER IF NOT EXISTS stock_signature_fixed BEFORE UPDATE ON stock_signature
BEGIN SELECT RAISE(ABORT, 'signatures of pki are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS stock_signature_kept BEFORE DELETE ON stock_signature
BEGIN SELECT RAISE(ABORT, 'signatures of pki are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS stock_compared_fixed BEFORE UPDATE ON stock_compared
WHEN NEW.one <> OLD.one OR NEW.until_at < OLD.until_at
BEGIN SELECT RAISE(ABORT, 'the moment until when signatures were compared never goes back'); END;
CREATE TRIGGER IF NOT EXISTS stock_compared_kept BEFORE DELETE ON stock_compared
BEGIN SELECT RAISE(ABORT, 'the moment until when signatures were compared never goes back'); END;
CREATE TRIGGER IF NOT EXISTS stock_count_kept BEFORE DELETE ON stock_count
BEGIN SELECT RAISE(ABORT, 'counts of shifts are only ever added'); END;
