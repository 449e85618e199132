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
