-- What no role's grants can say, because it depends on the row: refused to everybody, the tables' owner too. Made anew at each
-- migration; one that must change such a table drops its guards first.

-- A template version by which a card was made, or that was in use before approvals were recorded, stays what it was.
CREATE OR REPLACE FUNCTION template_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.first_used_at IS NOT NULL OR OLD.proposed_by IS NULL THEN
        IF TG_OP = 'DELETE'
            OR (NEW.issuer_profile, NEW.document_type, NEW.version, NEW.digest, NEW.proposed_at)
               <> (OLD.issuer_profile, OLD.document_type, OLD.version, OLD.digest, OLD.proposed_at)
            OR NEW.proposed_by IS DISTINCT FROM OLD.proposed_by
            OR (OLD.first_used_at IS NOT NULL AND NEW.first_used_at IS DISTINCT FROM OLD.first_used_at) THEN
            RAISE EXCEPTION 'a template version that is used is frozen';
        END IF;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER template_version_frozen BEFORE UPDATE OR DELETE ON template_version
    FOR EACH ROW EXECUTE FUNCTION template_version_frozen();

CREATE OR REPLACE FUNCTION template_approval_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'approvals of templates are only ever added';
END $$;
CREATE OR REPLACE TRIGGER template_approval_fixed BEFORE UPDATE OR DELETE ON template_approval
    FOR EACH ROW EXECUTE FUNCTION template_approval_fixed();

-- An issue is signed once, and what is signed stays; until when signatures were compared never goes back.
CREATE OR REPLACE FUNCTION stock_issue_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'issues of blanks are only ever added, and signed once';
END $$;
CREATE OR REPLACE TRIGGER stock_issue_fixed BEFORE UPDATE ON stock_issue
    FOR EACH ROW WHEN (OLD.signed IS NOT NULL) EXECUTE FUNCTION stock_issue_fixed();

CREATE OR REPLACE FUNCTION stock_compared_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the moment until when signatures were compared never goes back';
END $$;
CREATE OR REPLACE TRIGGER stock_compared_fixed BEFORE UPDATE ON stock_compared
    FOR EACH ROW WHEN (NEW.until_at < OLD.until_at) EXECUTE FUNCTION stock_compared_fixed();

-- No new version stands without a proposer: only a migration knows what was in use before approvals were recorded.
CREATE OR REPLACE FUNCTION template_version_proposed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.proposed_by IS NULL AND (TG_OP = 'INSERT' OR OLD.proposed_by IS NOT NULL) THEN
        RAISE EXCEPTION 'a template version without a proposer is never made: frozen ones come with a migration';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER template_version_proposed BEFORE INSERT OR UPDATE ON template_version
    FOR EACH ROW EXECUTE FUNCTION template_version_proposed();

-- Quality: what was said of a card stays, and who said it is named, unless a machine did.
CREATE OR REPLACE FUNCTION quality_said_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'inspections of cards are only ever added';
END $$;
CREATE OR REPLACE TRIGGER quality_inspection_fixed BEFORE UPDATE OR DELETE ON quality_inspection
    FOR EACH ROW EXECUTE FUNCTION quality_said_fixed();
CREATE OR REPLACE TRIGGER quality_reason_fixed BEFORE UPDATE OR DELETE ON quality_reason
    FOR EACH ROW EXECUTE FUNCTION quality_said_fixed();
CREATE OR REPLACE FUNCTION quality_inspection_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.look = 'machine') <> (NEW.inspector IS NULL) THEN
        RAISE EXCEPTION 'a person''s look names its inspector, a machine''s nobody';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER quality_inspection_named BEFORE INSERT ON quality_inspection
    FOR EACH ROW EXECUTE FUNCTION quality_inspection_named();

-- An approved set-up stays as it was approved; who worked where stays, and until when, once it is said.
CREATE OR REPLACE FUNCTION quality_set_up_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.approved_at IS NOT NULL
        OR (NEW.machine, NEW.number, NEW.change_id, NEW.cause, NEW.template, NEW.began_at)
           <> (OLD.machine, OLD.number, OLD.change_id, OLD.cause, OLD.template, OLD.began_at)
        OR NEW.ribbon IS DISTINCT FROM OLD.ribbon THEN
        RAISE EXCEPTION 'a set-up that is approved is fixed, and so is what it was made for';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER quality_set_up_fixed BEFORE UPDATE OR DELETE ON quality_set_up
    FOR EACH ROW EXECUTE FUNCTION quality_set_up_fixed();
CREATE OR REPLACE FUNCTION quality_operator_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.until IS NOT NULL
        OR (NEW.machine, NEW.person, NEW.since) <> (OLD.machine, OLD.person, OLD.since)
        OR NEW.entered_at IS DISTINCT FROM OLD.entered_at OR NEW.entered_by IS DISTINCT FROM OLD.entered_by THEN
        RAISE EXCEPTION 'who worked at a machine is fixed once it is said';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER quality_operator_fixed BEFORE UPDATE OR DELETE ON quality_operator
    FOR EACH ROW EXECUTE FUNCTION quality_operator_fixed();

-- Shipping: what was sealed stays, its manifest is signed once; who put what where stays, and nothing goes in or out once it is sealed.
CREATE OR REPLACE FUNCTION shipping_shipment_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (NEW.shipment_id, NEW.number, NEW.container, NEW.destination, NEW.opened_at, NEW.opened_by)
           <> (OLD.shipment_id, OLD.number, OLD.container, OLD.destination, OLD.opened_at, OLD.opened_by)
        OR (OLD.state <> 'packing' AND (NEW.state = 'packing'
            OR (NEW.seal, NEW.pieces, NEW.manifest, NEW.manifest_digest, NEW.sealed_at, NEW.sealed_by, NEW.counted_by)
               IS DISTINCT FROM
               (OLD.seal, OLD.pieces, OLD.manifest, OLD.manifest_digest, OLD.sealed_at, OLD.sealed_by, OLD.counted_by)))
        OR (OLD.signed IS NOT NULL AND NEW.signed IS DISTINCT FROM OLD.signed) THEN
        RAISE EXCEPTION 'a sealed container stays what it was, and its manifest is signed once';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER shipping_shipment_fixed BEFORE UPDATE OR DELETE ON shipping_shipment
    FOR EACH ROW EXECUTE FUNCTION shipping_shipment_fixed();
CREATE OR REPLACE FUNCTION shipping_piece_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' AND (SELECT state FROM shipping_shipment WHERE shipment_id = NEW.shipment_id) = 'packing' THEN
        IF TG_OP = 'INSERT' OR (OLD.taken_out_at IS NULL
            AND (NEW.shipment_id, NEW.step, NEW.order_id, NEW.attempt, NEW.packed_at, NEW.packed_by)
                = (OLD.shipment_id, OLD.step, OLD.order_id, OLD.attempt, OLD.packed_at, OLD.packed_by)) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'nothing goes into a sealed container or out of it';
END $$;
CREATE OR REPLACE TRIGGER shipping_piece_fixed BEFORE INSERT OR UPDATE OR DELETE ON shipping_piece
    FOR EACH ROW EXECUTE FUNCTION shipping_piece_fixed();
CREATE OR REPLACE FUNCTION shipping_handover_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'handovers of shipments are only ever added';
END $$;
CREATE OR REPLACE TRIGGER shipping_handover_fixed BEFORE UPDATE OR DELETE ON shipping_handover
    FOR EACH ROW EXECUTE FUNCTION shipping_handover_fixed();
CREATE OR REPLACE FUNCTION shipping_device_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.revoked_at IS NOT NULL
        OR (NEW.device_id, NEW.person, NEW.spki, NEW.added_at) <> (OLD.device_id, OLD.person, OLD.spki, OLD.added_at) THEN
        RAISE EXCEPTION 'keys of devices are only ever added, and revoked once';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER shipping_device_fixed BEFORE UPDATE OR DELETE ON shipping_device
    FOR EACH ROW EXECUTE FUNCTION shipping_device_fixed();

-- Couriers: what a side said stays, and what came of it is said once; so are the words that settle a discrepancy.
CREATE OR REPLACE FUNCTION shipping_side_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.outcome IS NOT NULL
        OR (NEW.event_id, NEW.side, NEW.shipment_id, NEW.person, NEW.device_id, NEW.statement, NEW.seal, NEW.condition, NEW.said_at,
            NEW.kept_at)
           IS DISTINCT FROM
           (OLD.event_id, OLD.side, OLD.shipment_id, OLD.person, OLD.device_id, OLD.statement, OLD.seal, OLD.condition, OLD.said_at,
            OLD.kept_at) THEN
        RAISE EXCEPTION 'sides of handovers are only ever added, and settled once';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER shipping_side_fixed BEFORE UPDATE OR DELETE ON shipping_side
    FOR EACH ROW EXECUTE FUNCTION shipping_side_fixed();
CREATE OR REPLACE FUNCTION shipping_discrepancy_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.settled_at IS NOT NULL
        OR (NEW.discrepancy_id, NEW.shipment_id, NEW.kind, NEW.owner, NEW.opened_at, NEW.opened_by, NEW.due_at, NEW.words)
           IS DISTINCT FROM
           (OLD.discrepancy_id, OLD.shipment_id, OLD.kind, OLD.owner, OLD.opened_at, OLD.opened_by, OLD.due_at, OLD.words) THEN
        RAISE EXCEPTION 'discrepancies are only ever added, and settled once';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER shipping_discrepancy_fixed BEFORE UPDATE OR DELETE ON shipping_discrepancy
    FOR EACH ROW EXECUTE FUNCTION shipping_discrepancy_fixed();
CREATE OR REPLACE FUNCTION shipping_photograph_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'photographs of damage are only ever added';
END $$;
CREATE OR REPLACE TRIGGER shipping_photograph_fixed BEFORE UPDATE OR DELETE ON shipping_photograph
    FOR EACH ROW EXECUTE FUNCTION shipping_photograph_fixed();
CREATE OR REPLACE FUNCTION shipping_device_code_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.device_id IS NOT NULL OR NEW.wrong < OLD.wrong
        OR (NEW.code_hash, NEW.person, NEW.added_at, NEW.added_by, NEW.ends_at)
           <> (OLD.code_hash, OLD.person, OLD.added_at, OLD.added_by, OLD.ends_at) THEN
        RAISE EXCEPTION 'codes for devices are only ever added, and used once';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER shipping_device_code_fixed BEFORE UPDATE OR DELETE ON shipping_device_code
    FOR EACH ROW EXECUTE FUNCTION shipping_device_code_fixed();

-- The audit: an entry and its record are fixed. A record gets its place once; one from before there were records gets its record
-- once; what has its place may be erased, entry and salt at once. Tiles, tree and chains only grow; heads are only ever added.
CREATE OR REPLACE FUNCTION audit_entry_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is only ever added to: a record is fixed, gets its place once, and is erased with its salt or not at all';
END $$;
CREATE OR REPLACE TRIGGER audit_entry_added BEFORE INSERT ON audit_entry
    FOR EACH ROW WHEN (NEW.position IS NOT NULL) EXECUTE FUNCTION audit_entry_fixed();
CREATE OR REPLACE TRIGGER audit_entry_fixed BEFORE UPDATE ON audit_entry FOR EACH ROW WHEN (NOT (
    (OLD.position IS NULL AND NEW.position IS NOT NULL AND OLD.writer IS NOT NULL
    AND NEW.writer IS NOT DISTINCT FROM OLD.writer AND NEW.sequence IS NOT DISTINCT FROM OLD.sequence
    AND NEW.previous IS NOT DISTINCT FROM OLD.previous AND NEW.commitment IS NOT DISTINCT FROM OLD.commitment
    AND NEW.salt IS NOT DISTINCT FROM OLD.salt AND NEW.act_id IS NOT DISTINCT FROM OLD.act_id
    AND NEW.phase IS NOT DISTINCT FROM OLD.phase AND NEW.entered_at IS NOT DISTINCT FROM OLD.entered_at
    AND NEW.actor IS NOT DISTINCT FROM OLD.actor AND NEW.act IS NOT DISTINCT FROM OLD.act
    AND NEW.object IS NOT DISTINCT FROM OLD.object AND NEW.detail IS NOT DISTINCT FROM OLD.detail)
    OR (OLD.writer IS NULL AND NEW.writer IS NOT NULL AND OLD.position IS NULL AND NEW.position IS NULL
    AND NEW.act_id IS NOT DISTINCT FROM OLD.act_id AND NEW.phase IS NOT DISTINCT FROM OLD.phase
    AND NEW.entered_at IS NOT DISTINCT FROM OLD.entered_at AND NEW.actor IS NOT DISTINCT FROM OLD.actor
    AND NEW.act IS NOT DISTINCT FROM OLD.act AND NEW.object IS NOT DISTINCT FROM OLD.object
    AND NEW.detail IS NOT DISTINCT FROM OLD.detail)
    OR (OLD.position IS NOT NULL AND OLD.salt IS NOT NULL AND NEW.salt IS NULL AND NEW.writer IS NOT DISTINCT FROM OLD.writer
    AND NEW.sequence IS NOT DISTINCT FROM OLD.sequence AND NEW.previous IS NOT DISTINCT FROM OLD.previous
    AND NEW.commitment IS NOT DISTINCT FROM OLD.commitment AND NEW.position IS NOT DISTINCT FROM OLD.position
    AND NEW.phase IS NOT DISTINCT FROM OLD.phase
    AND NEW.act_id IS NOT DISTINCT FROM (OLD.writer || ':' || CAST(OLD.sequence AS TEXT))
    AND NEW.entered_at IS NOT DISTINCT FROM '' AND NEW.actor IS NOT DISTINCT FROM '' AND NEW.act IS NOT DISTINCT FROM ''
    AND NEW.object IS NOT DISTINCT FROM '' AND NEW.detail IS NULL)
)) EXECUTE FUNCTION audit_entry_fixed();
CREATE OR REPLACE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_fixed();
CREATE OR REPLACE FUNCTION audit_tree_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit''s tree only grows';
END $$;
CREATE OR REPLACE TRIGGER audit_tile_grows BEFORE UPDATE ON audit_tile
    FOR EACH ROW WHEN ((NEW.level, NEW.place) <> (OLD.level, OLD.place)
        OR substring(NEW.hashes FROM 1 FOR length(OLD.hashes)) <> OLD.hashes) EXECUTE FUNCTION audit_tree_grows();
CREATE OR REPLACE TRIGGER audit_tree_grows BEFORE UPDATE ON audit_tree
    FOR EACH ROW WHEN (NEW.one <> OLD.one OR NEW.size <= OLD.size) EXECUTE FUNCTION audit_tree_grows();
CREATE OR REPLACE TRIGGER audit_writer_grows BEFORE UPDATE ON audit_writer
    FOR EACH ROW WHEN (NEW.writer <> OLD.writer OR NEW.sequence <= OLD.sequence) EXECUTE FUNCTION audit_tree_grows();
CREATE OR REPLACE TRIGGER audit_tile_kept BEFORE DELETE ON audit_tile
    FOR EACH ROW EXECUTE FUNCTION audit_tree_grows();
CREATE OR REPLACE TRIGGER audit_tree_kept BEFORE DELETE ON audit_tree
    FOR EACH ROW EXECUTE FUNCTION audit_tree_grows();
CREATE OR REPLACE TRIGGER audit_writer_kept BEFORE DELETE ON audit_writer
    FOR EACH ROW EXECUTE FUNCTION audit_tree_grows();
CREATE OR REPLACE FUNCTION audit_head_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'heads of the audit and what witnesses say of them are only ever added';
END $$;
CREATE OR REPLACE TRIGGER audit_head_fixed BEFORE UPDATE OR DELETE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION audit_head_fixed();
CREATE OR REPLACE TRIGGER audit_witness_fixed BEFORE UPDATE OR DELETE ON audit_witness
    FOR EACH ROW EXECUTE FUNCTION audit_head_fixed();

-- Documents: a number moves along the arrows only; what was said of it stays. Lists and what was asked are only ever added to.
CREATE OR REPLACE FUNCTION document_item_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        OR (OLD.state || '>' || NEW.state) NOT IN ('produced>active', 'produced>void', 'active>suspended', 'active>revoked',
            'active>expired', 'suspended>active', 'suspended>revoked', 'suspended>expired', 'revoked>destroyed', 'expired>destroyed')
        OR (NEW.number, NEW.order_id, NEW.attempt, NEW.issuer_profile, NEW.document_type)
            <> (OLD.number, OLD.order_id, OLD.attempt, OLD.issuer_profile, OLD.document_type)
        OR NEW.produced_at IS DISTINCT FROM OLD.produced_at
        OR (OLD.activated_at IS NOT NULL AND (NEW.activated_at IS DISTINCT FROM OLD.activated_at
            OR NEW.activated_by IS DISTINCT FROM OLD.activated_by OR NEW.expires_on IS DISTINCT FROM OLD.expires_on
            OR NEW.person_key IS DISTINCT FROM OLD.person_key))
        OR (OLD.ended_at IS NOT NULL AND (NEW.ended_at IS DISTINCT FROM OLD.ended_at
            OR NEW.ended_by IS DISTINCT FROM OLD.ended_by OR NEW.reason IS DISTINCT FROM OLD.reason)) THEN
        RAISE EXCEPTION 'a document moves along its arrows only, and what was said of it stays';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER document_item_moves BEFORE UPDATE OR DELETE ON document_item
    FOR EACH ROW EXECUTE FUNCTION document_item_moves();
CREATE OR REPLACE FUNCTION document_report_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.lifted_at IS NOT NULL
        OR (NEW.number, NEW.step, NEW.loss, NEW.reporter, NEW.lost_on, NEW.place, NEW.reported_by, NEW.reported_at, NEW.last_day)
            <> (OLD.number, OLD.step, OLD.loss, OLD.reporter, OLD.lost_on, OLD.place, OLD.reported_by, OLD.reported_at, OLD.last_day) THEN
        RAISE EXCEPTION 'reports of loss are only ever added, and lifted once';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER document_report_fixed BEFORE UPDATE OR DELETE ON document_report
    FOR EACH ROW EXECUTE FUNCTION document_report_fixed();
CREATE OR REPLACE FUNCTION document_move_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'moves of documents are only ever added';
END $$;
CREATE OR REPLACE TRIGGER document_move_fixed BEFORE UPDATE OR DELETE ON document_move
    FOR EACH ROW EXECUTE FUNCTION document_move_fixed();
CREATE OR REPLACE FUNCTION document_list_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.issuer_profile, NEW.number, NEW.made_at, NEW.entries, NEW.digest)
            <> (OLD.issuer_profile, OLD.number, OLD.made_at, OLD.entries, OLD.digest)
        OR (NEW.body IS NOT NULL AND NEW.body IS DISTINCT FROM OLD.body)
        OR (OLD.signature IS NOT NULL AND NEW.signature IS DISTINCT FROM OLD.signature) THEN
        RAISE EXCEPTION 'lists of documents are only ever added, and signed once';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER document_list_fixed BEFORE UPDATE OR DELETE ON document_list
    FOR EACH ROW EXECUTE FUNCTION document_list_fixed();
CREATE OR REPLACE FUNCTION document_question_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'questions about documents are only ever added';
END $$;
CREATE OR REPLACE TRIGGER document_question_fixed BEFORE UPDATE OR DELETE ON document_question
    FOR EACH ROW EXECUTE FUNCTION document_question_fixed();
