-- What is only ever added to, whoever has the file open. Looked after at each start, and made anew where this file is another one
-- than the guards were made from (connect.rs); a migration that must change such a table drops its guards first.
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

-- No new version stands without a proposer: only a migration knows what was in use before approvals were recorded.
CREATE TRIGGER IF NOT EXISTS template_version_made BEFORE INSERT ON template_version WHEN NEW.proposed_by IS NULL
BEGIN SELECT RAISE(ABORT, 'a template version without a proposer is never made: frozen ones come with a migration'); END;
CREATE TRIGGER IF NOT EXISTS template_version_proposed BEFORE UPDATE ON template_version
WHEN NEW.proposed_by IS NULL AND OLD.proposed_by IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a template version without a proposer is never made: frozen ones come with a migration'); END;

-- Quality: what was said of a card stays, and who said it is named, unless a machine did.
CREATE TRIGGER IF NOT EXISTS quality_inspection_fixed BEFORE UPDATE ON quality_inspection
BEGIN SELECT RAISE(ABORT, 'inspections of cards are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS quality_inspection_kept BEFORE DELETE ON quality_inspection
BEGIN SELECT RAISE(ABORT, 'inspections of cards are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS quality_reason_fixed BEFORE UPDATE ON quality_reason
BEGIN SELECT RAISE(ABORT, 'inspections of cards are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS quality_reason_kept BEFORE DELETE ON quality_reason
BEGIN SELECT RAISE(ABORT, 'inspections of cards are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS quality_inspection_named BEFORE INSERT ON quality_inspection
WHEN (NEW.look = 'machine') <> (NEW.inspector IS NULL)
BEGIN SELECT RAISE(ABORT, 'a person''s look names its inspector, a machine''s nobody'); END;

-- An approved set-up stays as it was approved; who worked where stays, and until when, once it is said.
CREATE TRIGGER IF NOT EXISTS quality_set_up_fixed BEFORE UPDATE ON quality_set_up
WHEN OLD.approved_at IS NOT NULL OR NEW.machine <> OLD.machine OR NEW.number <> OLD.number OR NEW.change_id <> OLD.change_id
     OR NEW.cause <> OLD.cause OR NEW.template <> OLD.template OR NEW.began_at <> OLD.began_at OR NEW.ribbon IS NOT OLD.ribbon
BEGIN SELECT RAISE(ABORT, 'a set-up that is approved is fixed, and so is what it was made for'); END;
CREATE TRIGGER IF NOT EXISTS quality_set_up_kept BEFORE DELETE ON quality_set_up
BEGIN SELECT RAISE(ABORT, 'a set-up that is approved is fixed, and so is what it was made for'); END;
CREATE TRIGGER IF NOT EXISTS quality_operator_fixed BEFORE UPDATE ON quality_operator
WHEN OLD.until IS NOT NULL OR NEW.machine <> OLD.machine OR NEW.person <> OLD.person OR NEW.since <> OLD.since
     OR NEW.entered_at IS NOT OLD.entered_at OR NEW.entered_by IS NOT OLD.entered_by
BEGIN SELECT RAISE(ABORT, 'who worked at a machine is fixed once it is said'); END;
CREATE TRIGGER IF NOT EXISTS quality_operator_kept BEFORE DELETE ON quality_operator
BEGIN SELECT RAISE(ABORT, 'who worked at a machine is fixed once it is said'); END;

-- Shipping: what was sealed stays, its manifest is signed once; who put what where stays, and nothing goes in or out once it is sealed.
CREATE TRIGGER IF NOT EXISTS shipping_shipment_fixed BEFORE UPDATE ON shipping_shipment
WHEN NEW.shipment_id <> OLD.shipment_id OR NEW.number <> OLD.number OR NEW.container <> OLD.container
     OR NEW.destination <> OLD.destination OR NEW.opened_at <> OLD.opened_at OR NEW.opened_by <> OLD.opened_by
     OR (OLD.state <> 'packing' AND (NEW.state = 'packing' OR NEW.seal IS NOT OLD.seal OR NEW.pieces IS NOT OLD.pieces
         OR NEW.manifest IS NOT OLD.manifest OR NEW.manifest_digest IS NOT OLD.manifest_digest OR NEW.sealed_at IS NOT OLD.sealed_at
         OR NEW.sealed_by IS NOT OLD.sealed_by OR NEW.counted_by IS NOT OLD.counted_by))
     OR (OLD.signed IS NOT NULL AND NEW.signed IS NOT OLD.signed)
BEGIN SELECT RAISE(ABORT, 'a sealed container stays what it was, and its manifest is signed once'); END;
CREATE TRIGGER IF NOT EXISTS shipping_shipment_kept BEFORE DELETE ON shipping_shipment
BEGIN SELECT RAISE(ABORT, 'a sealed container stays what it was, and its manifest is signed once'); END;
CREATE TRIGGER IF NOT EXISTS shipping_piece_closed BEFORE INSERT ON shipping_piece
WHEN (SELECT state FROM shipping_shipment WHERE shipment_id = NEW.shipment_id) <> 'packing'
BEGIN SELECT RAISE(ABORT, 'nothing goes into a sealed container or out of it'); END;
CREATE TRIGGER IF NOT EXISTS shipping_piece_fixed BEFORE UPDATE ON shipping_piece
WHEN OLD.taken_out_at IS NOT NULL OR NEW.shipment_id <> OLD.shipment_id OR NEW.step <> OLD.step OR NEW.order_id <> OLD.order_id
     OR NEW.attempt <> OLD.attempt OR NEW.packed_at <> OLD.packed_at OR NEW.packed_by <> OLD.packed_by
     OR (SELECT state FROM shipping_shipment WHERE shipment_id = OLD.shipment_id) <> 'packing'
BEGIN SELECT RAISE(ABORT, 'nothing goes into a sealed container or out of it'); END;
CREATE TRIGGER IF NOT EXISTS shipping_piece_kept BEFORE DELETE ON shipping_piece
BEGIN SELECT RAISE(ABORT, 'nothing goes into a sealed container or out of it'); END;
CREATE TRIGGER IF NOT EXISTS shipping_handover_fixed BEFORE UPDATE ON shipping_handover
BEGIN SELECT RAISE(ABORT, 'handovers of shipments are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS shipping_handover_kept BEFORE DELETE ON shipping_handover
BEGIN SELECT RAISE(ABORT, 'handovers of shipments are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS shipping_device_fixed BEFORE UPDATE ON shipping_device
WHEN OLD.revoked_at IS NOT NULL OR NEW.device_id <> OLD.device_id OR NEW.person <> OLD.person OR NEW.spki <> OLD.spki
     OR NEW.added_at <> OLD.added_at
BEGIN SELECT RAISE(ABORT, 'keys of devices are only ever added, and revoked once'); END;
CREATE TRIGGER IF NOT EXISTS shipping_device_kept BEFORE DELETE ON shipping_device
BEGIN SELECT RAISE(ABORT, 'keys of devices are only ever added, and revoked once'); END;

-- Couriers: what a side said stays, and what came of it is said once; so are the words that settle a discrepancy.
CREATE TRIGGER IF NOT EXISTS shipping_side_fixed BEFORE UPDATE ON shipping_side
WHEN OLD.outcome IS NOT NULL OR NEW.event_id <> OLD.event_id OR NEW.side <> OLD.side OR NEW.shipment_id <> OLD.shipment_id
     OR NEW.person <> OLD.person OR NEW.device_id <> OLD.device_id OR NEW.statement <> OLD.statement OR NEW.seal IS NOT OLD.seal
     OR NEW.condition <> OLD.condition OR NEW.said_at <> OLD.said_at OR NEW.kept_at <> OLD.kept_at
BEGIN SELECT RAISE(ABORT, 'sides of handovers are only ever added, and settled once'); END;
CREATE TRIGGER IF NOT EXISTS shipping_side_kept BEFORE DELETE ON shipping_side
BEGIN SELECT RAISE(ABORT, 'sides of handovers are only ever added, and settled once'); END;
CREATE TRIGGER IF NOT EXISTS shipping_discrepancy_fixed BEFORE UPDATE ON shipping_discrepancy
WHEN OLD.settled_at IS NOT NULL OR NEW.discrepancy_id <> OLD.discrepancy_id OR NEW.shipment_id <> OLD.shipment_id
     OR NEW.kind <> OLD.kind OR NEW.owner <> OLD.owner OR NEW.opened_at <> OLD.opened_at OR NEW.opened_by <> OLD.opened_by
     OR NEW.due_at <> OLD.due_at OR NEW.words IS NOT OLD.words
BEGIN SELECT RAISE(ABORT, 'discrepancies are only ever added, and settled once'); END;
CREATE TRIGGER IF NOT EXISTS shipping_discrepancy_kept BEFORE DELETE ON shipping_discrepancy
BEGIN SELECT RAISE(ABORT, 'discrepancies are only ever added, and settled once'); END;
CREATE TRIGGER IF NOT EXISTS shipping_photograph_fixed BEFORE UPDATE ON shipping_photograph
BEGIN SELECT RAISE(ABORT, 'photographs of damage are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS shipping_photograph_kept BEFORE DELETE ON shipping_photograph
BEGIN SELECT RAISE(ABORT, 'photographs of damage are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS shipping_device_code_fixed BEFORE UPDATE ON shipping_device_code
WHEN OLD.device_id IS NOT NULL OR NEW.code_hash <> OLD.code_hash OR NEW.person <> OLD.person OR NEW.added_at <> OLD.added_at
     OR NEW.added_by <> OLD.added_by OR NEW.ends_at <> OLD.ends_at OR NEW.wrong < OLD.wrong
BEGIN SELECT RAISE(ABORT, 'codes for devices are only ever added, and used once'); END;
CREATE TRIGGER IF NOT EXISTS shipping_device_code_kept BEFORE DELETE ON shipping_device_code
BEGIN SELECT RAISE(ABORT, 'codes for devices are only ever added, and used once'); END;

-- The audit: an entry and its record are fixed. A record gets its place once; one from before there were records gets its record
-- once; what has its place may be erased, entry and salt at once. Tiles, tree and chains only grow; heads are only ever added.
CREATE TRIGGER IF NOT EXISTS audit_entry_added BEFORE INSERT ON audit_entry WHEN NEW.position IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to: a record is fixed, gets its place once, and is erased with its salt or not at all'); END;
CREATE TRIGGER IF NOT EXISTS audit_entry_fixed BEFORE UPDATE ON audit_entry
WHEN NOT (
    (OLD.position IS NULL AND NEW.position IS NOT NULL AND OLD.writer IS NOT NULL AND NEW.writer IS OLD.writer
    AND NEW.sequence IS OLD.sequence AND NEW.previous IS OLD.previous AND NEW.commitment IS OLD.commitment
    AND NEW.salt IS OLD.salt AND NEW.act_id IS OLD.act_id AND NEW.phase IS OLD.phase AND NEW.entered_at IS OLD.entered_at
    AND NEW.actor IS OLD.actor AND NEW.act IS OLD.act AND NEW.object IS OLD.object AND NEW.detail IS OLD.detail)
    OR (OLD.writer IS NULL AND NEW.writer IS NOT NULL AND OLD.position IS NULL AND NEW.position IS NULL
    AND NEW.act_id IS OLD.act_id AND NEW.phase IS OLD.phase AND NEW.entered_at IS OLD.entered_at AND NEW.actor IS OLD.actor
    AND NEW.act IS OLD.act AND NEW.object IS OLD.object AND NEW.detail IS OLD.detail)
    OR (OLD.position IS NOT NULL AND OLD.salt IS NOT NULL AND NEW.salt IS NULL AND NEW.writer IS OLD.writer
    AND NEW.sequence IS OLD.sequence AND NEW.previous IS OLD.previous AND NEW.commitment IS OLD.commitment
    AND NEW.position IS OLD.position AND NEW.phase IS OLD.phase
    AND NEW.act_id IS (OLD.writer || ':' || CAST(OLD.sequence AS TEXT)) AND NEW.entered_at IS '' AND NEW.actor IS ''
    AND NEW.act IS '' AND NEW.object IS '' AND NEW.detail IS NULL)
)
BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to: a record is fixed, gets its place once, and is erased with its salt or not at all'); END;
CREATE TRIGGER IF NOT EXISTS audit_entry_kept BEFORE DELETE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to: a record is fixed, gets its place once, and is erased with its salt or not at all'); END;
CREATE TRIGGER IF NOT EXISTS audit_tile_grows BEFORE UPDATE ON audit_tile
WHEN NEW.level IS NOT OLD.level OR NEW.place IS NOT OLD.place
     OR substr(NEW.hashes, 1, length(OLD.hashes)) IS NOT OLD.hashes
BEGIN SELECT RAISE(ABORT, 'the audit''s tree only grows'); END;
CREATE TRIGGER IF NOT EXISTS audit_tile_kept BEFORE DELETE ON audit_tile
BEGIN SELECT RAISE(ABORT, 'the audit''s tree only grows'); END;
CREATE TRIGGER IF NOT EXISTS audit_tree_grows BEFORE UPDATE ON audit_tree
WHEN NEW.one IS NOT OLD.one OR NEW.size <= OLD.size
BEGIN SELECT RAISE(ABORT, 'the audit''s tree only grows'); END;
CREATE TRIGGER IF NOT EXISTS audit_tree_kept BEFORE DELETE ON audit_tree
BEGIN SELECT RAISE(ABORT, 'the audit''s tree only grows'); END;
CREATE TRIGGER IF NOT EXISTS audit_writer_grows BEFORE UPDATE ON audit_writer
WHEN NEW.writer IS NOT OLD.writer OR NEW.sequence <= OLD.sequence
BEGIN SELECT RAISE(ABORT, 'the audit''s tree only grows'); END;
CREATE TRIGGER IF NOT EXISTS audit_writer_kept BEFORE DELETE ON audit_writer
BEGIN SELECT RAISE(ABORT, 'the audit''s tree only grows'); END;
CREATE TRIGGER IF NOT EXISTS audit_head_fixed BEFORE UPDATE ON audit_head
BEGIN SELECT RAISE(ABORT, 'heads of the audit and what witnesses say of them are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS audit_head_kept BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'heads of the audit and what witnesses say of them are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS audit_witness_fixed BEFORE UPDATE ON audit_witness
BEGIN SELECT RAISE(ABORT, 'heads of the audit and what witnesses say of them are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS audit_witness_kept BEFORE DELETE ON audit_witness
BEGIN SELECT RAISE(ABORT, 'heads of the audit and what witnesses say of them are only ever added'); END;

-- Documents: a number moves along the arrows only; what was said of it stays. Lists and what was asked are only ever added to.
CREATE TRIGGER IF NOT EXISTS document_item_moves BEFORE UPDATE ON document_item
WHEN (OLD.state || '>' || NEW.state) NOT IN ('produced>active', 'produced>void', 'active>suspended', 'active>revoked',
         'active>expired', 'suspended>active', 'suspended>revoked', 'suspended>expired', 'revoked>destroyed', 'expired>destroyed')
     OR NEW.number <> OLD.number OR NEW.order_id <> OLD.order_id OR NEW.attempt <> OLD.attempt
     OR NEW.issuer_profile <> OLD.issuer_profile OR NEW.document_type <> OLD.document_type OR NEW.produced_at IS NOT OLD.produced_at
     OR (OLD.activated_at IS NOT NULL AND (NEW.activated_at IS NOT OLD.activated_at OR NEW.activated_by IS NOT OLD.activated_by
         OR NEW.expires_on IS NOT OLD.expires_on OR NEW.person_key IS NOT OLD.person_key))
     OR (OLD.ended_at IS NOT NULL AND (NEW.ended_at IS NOT OLD.ended_at OR NEW.ended_by IS NOT OLD.ended_by
         OR NEW.reason IS NOT OLD.reason))
BEGIN SELECT RAISE(ABORT, 'a document moves along its arrows only, and what was said of it stays'); END;
CREATE TRIGGER IF NOT EXISTS document_item_kept BEFORE DELETE ON document_item
BEGIN SELECT RAISE(ABORT, 'a document moves along its arrows only, and what was said of it stays'); END;
CREATE TRIGGER IF NOT EXISTS document_report_fixed BEFORE UPDATE ON document_report
WHEN OLD.lifted_at IS NOT NULL OR NEW.number <> OLD.number OR NEW.step <> OLD.step OR NEW.loss <> OLD.loss
     OR NEW.reporter <> OLD.reporter OR NEW.lost_on <> OLD.lost_on OR NEW.place <> OLD.place
     OR NEW.reported_by <> OLD.reported_by OR NEW.reported_at <> OLD.reported_at OR NEW.last_day <> OLD.last_day
BEGIN SELECT RAISE(ABORT, 'reports of loss are only ever added, and lifted once'); END;
CREATE TRIGGER IF NOT EXISTS document_report_kept BEFORE DELETE ON document_report
BEGIN SELECT RAISE(ABORT, 'reports of loss are only ever added, and lifted once'); END;
CREATE TRIGGER IF NOT EXISTS document_move_fixed BEFORE UPDATE ON document_move
BEGIN SELECT RAISE(ABORT, 'moves of documents are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS document_move_kept BEFORE DELETE ON document_move
BEGIN SELECT RAISE(ABORT, 'moves of documents are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS document_list_fixed BEFORE UPDATE ON document_list
WHEN NEW.issuer_profile <> OLD.issuer_profile OR NEW.number <> OLD.number OR NEW.made_at <> OLD.made_at
     OR NEW.entries <> OLD.entries OR NEW.digest <> OLD.digest OR (NEW.body IS NOT NULL AND NEW.body IS NOT OLD.body)
     OR (OLD.signature IS NOT NULL AND NEW.signature IS NOT OLD.signature)
BEGIN SELECT RAISE(ABORT, 'lists of documents are only ever added, and signed once'); END;
CREATE TRIGGER IF NOT EXISTS document_list_kept BEFORE DELETE ON document_list
BEGIN SELECT RAISE(ABORT, 'lists of documents are only ever added, and signed once'); END;
CREATE TRIGGER IF NOT EXISTS document_question_fixed BEFORE UPDATE ON document_question
BEGIN SELECT RAISE(ABORT, 'questions about documents are only ever added'); END;
CREATE TRIGGER IF NOT EXISTS document_question_kept BEFORE DELETE ON document_question
BEGIN SELECT RAISE(ABORT, 'questions about documents are only ever added'); END;
