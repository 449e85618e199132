-- What each program may do in a PostgreSQL database: one group role a program, made where it is missing, without a
-- login. Whoever runs a program makes it a member: CREATE ROLE line1 LOGIN PASSWORD '…' IN ROLE stempel_line.
-- Everything not granted here is denied; the owner of the tables is nobody's role.

DO $$
DECLARE
    program text;
BEGIN
    -- Two that run this at once would make the same role.
    PERFORM pg_advisory_xact_lock(7310279);
    FOREACH program IN ARRAY ARRAY['intake', 'console', 'line', 'order', 'stock', 'fleet', 'staff', 'template', 'audit', 'courier', 'document'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'stempel_' || program) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', 'stempel_' || program);
        END IF;
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', current_schema(), 'stempel_' || program);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), 'stempel_' || program);
    END LOOP;
END $$;

GRANT SELECT ON _sqlx_migrations
    TO stempel_intake, stempel_console, stempel_line, stempel_order, stempel_stock, stempel_fleet, stempel_staff, stempel_template,
       stempel_audit, stempel_courier, stempel_document;

-- Audit: every program adds to it and reads its own open acts; nobody changes or removes an entry.
GRANT SELECT, INSERT ON audit_entry
    TO stempel_intake, stempel_console, stempel_line, stempel_order, stempel_stock, stempel_fleet, stempel_staff, stempel_template,
       stempel_courier, stempel_document;
-- The sequencer gives entries their places; it adds nothing, changes nothing and takes nothing away.
GRANT SELECT ON audit_entry TO stempel_audit;
GRANT UPDATE (position) ON audit_entry TO stempel_audit;
GRANT SELECT, INSERT ON audit_writer, audit_tile TO stempel_audit;
GRANT UPDATE (sequence, leaf) ON audit_writer TO stempel_audit;
GRANT UPDATE (hashes) ON audit_tile TO stempel_audit;
GRANT SELECT, UPDATE (size, root) ON audit_tree TO stempel_audit;
GRANT SELECT, INSERT ON audit_head, audit_witness TO stempel_audit;

-- Orders: approved by rule at intake, by people at the console, added by `order`; what the line makes is not changed there.
GRANT SELECT, INSERT ON order_item, order_content, order_person TO stempel_intake, stempel_console, stempel_order;
GRANT UPDATE ON order_person TO stempel_intake, stempel_console, stempel_order;
GRANT SELECT ON order_item, order_content TO stempel_line;

-- The line: attempts, their moves, numbers and secrets.
GRANT SELECT, INSERT, UPDATE ON line_attempt, line_batch, line_number TO stempel_line;
GRANT SELECT, INSERT ON line_move, line_content TO stempel_line;
-- Queued at an approval; held, released, cancelled (then a number may become void) by a decision.
GRANT SELECT, INSERT ON line_attempt TO stempel_intake;
GRANT SELECT, INSERT, UPDATE ON line_attempt TO stempel_console, stempel_order;
GRANT SELECT, INSERT ON line_move TO stempel_intake, stempel_console, stempel_order;
GRANT SELECT, UPDATE ON line_number TO stempel_console, stempel_order;

-- Templates: proposed and approved at the console and by `template`; the line freezes what it prints by.
GRANT SELECT, INSERT, UPDATE ON template_version TO stempel_console, stempel_template;
GRANT SELECT, INSERT ON template_approval TO stempel_console, stempel_template;
GRANT SELECT, UPDATE (first_used_at) ON template_version TO stempel_line;
GRANT SELECT ON template_approval TO stempel_line;
-- Orders are checked by what they will be printed by.
GRANT SELECT ON template_version, template_approval TO stempel_intake, stempel_order;

-- The floor at a glance: each line tells of its machines, the console shows them.
GRANT SELECT, INSERT, UPDATE ON line_machine TO stempel_line;
GRANT SELECT ON line_machine TO stempel_console;

-- Blanks: received and looked after by `blanks` and `stock` and at the console; issued, spoiled and finished on the line;
-- spoiled by a cancellation. Moves and entries of the ledger are only ever added.
GRANT SELECT, INSERT ON stock_delivery TO stempel_stock;
GRANT SELECT ON stock_delivery TO stempel_line, stempel_console;
GRANT SELECT, INSERT, UPDATE ON stock_blank TO stempel_stock;
GRANT SELECT, UPDATE ON stock_blank TO stempel_line, stempel_console, stempel_order;
GRANT SELECT, INSERT ON stock_move, stock_entry TO stempel_stock, stempel_line, stempel_console, stempel_order;
GRANT SELECT, INSERT, UPDATE ON stock_box TO stempel_stock;
GRANT SELECT, UPDATE ON stock_box TO stempel_console;
GRANT SELECT, INSERT, UPDATE ON stock_shift TO stempel_stock, stempel_console;
GRANT SELECT, INSERT ON stock_destruction, stock_count TO stempel_stock, stempel_console;
-- What pki signed, against the attempts; where they differ, an alarm.
GRANT SELECT, INSERT ON stock_signature TO stempel_stock, stempel_console;
GRANT SELECT, UPDATE ON stock_compared TO stempel_stock, stempel_console;
GRANT SELECT ON line_move TO stempel_stock;
GRANT SELECT, INSERT ON fleet_alarm TO stempel_stock;
-- What was handed out, for a signature. What people hand out has a number; a line writes none.
GRANT SELECT ON stock_issue TO stempel_stock, stempel_console, stempel_line;
GRANT INSERT ON stock_issue TO stempel_stock, stempel_console;
GRANT INSERT (entry_id, line) ON stock_issue TO stempel_line;
GRANT UPDATE (signed) ON stock_issue TO stempel_stock, stempel_console, stempel_line;
GRANT SELECT, INSERT, UPDATE ON stock_issue_count TO stempel_stock, stempel_console;
-- Which shift an entry belongs to.
GRANT SELECT, UPDATE (entries) ON stock_shift TO stempel_line, stempel_order;
-- Whether an attempt has a blank, who acts (names are sealed), and which card came from where.
GRANT SELECT ON line_attempt, line_batch, line_number, staff_person, staff_role TO stempel_stock;
GRANT SELECT (order_id, station) ON review_application TO stempel_stock;
GRANT SELECT ON line_signer TO stempel_stock, stempel_console;
GRANT SELECT, INSERT ON line_signer TO stempel_line;
GRANT SELECT ON line_batch TO stempel_console;

-- Intake: dossiers, alarms, second persons elsewhere.
GRANT SELECT, INSERT, UPDATE ON intake_dossier, intake_alarm TO stempel_intake;
GRANT SELECT, UPDATE ON intake_dossier, intake_alarm TO stempel_console;
GRANT SELECT, INSERT, UPDATE, DELETE ON intake_second_person TO stempel_intake;
GRANT SELECT, UPDATE ON intake_second_person TO stempel_console;

-- Review: written by intake's checks, decided at the console, which adds no application and no person. Whose order lives
-- is asked by `order`.
GRANT SELECT, INSERT, UPDATE ON review_application, review_content, review_prepared, review_person, review_notice
    TO stempel_intake;
GRANT SELECT, INSERT ON review_handler, review_check, review_move, review_payment TO stempel_intake;
GRANT SELECT, UPDATE ON review_application, review_content, review_prepared TO stempel_console;
GRANT SELECT, INSERT, UPDATE ON review_notice TO stempel_console;
GRANT SELECT, INSERT ON review_handler, review_move TO stempel_console;
GRANT SELECT ON review_check, review_person, review_payment TO stempel_console;
GRANT SELECT, INSERT, UPDATE ON review_latch TO stempel_intake, stempel_console, stempel_order;
GRANT SELECT ON review_application, review_person TO stempel_order;

-- Stations: reports and onboarding by intake, decisions at the console and by `fleet`.
GRANT SELECT, INSERT, UPDATE ON
    fleet_station, fleet_certificate, fleet_code, fleet_configuration, fleet_staff_list, fleet_alarm, fleet_revocation
    TO stempel_intake, stempel_console, stempel_fleet;
GRANT SELECT, INSERT, UPDATE, DELETE ON fleet_report, fleet_device, fleet_wrong_code TO stempel_intake;
GRANT SELECT ON fleet_report, fleet_device TO stempel_console, stempel_fleet;

-- Which certificates our own programs use: each says it of itself.
GRANT SELECT, INSERT, UPDATE ON fleet_program TO stempel_intake, stempel_console, stempel_line;

-- Staff: their secrets and sessions at the console and by `staff`; intake asks who works where, and makes offline lists.
GRANT SELECT, INSERT, UPDATE ON staff_person, staff_role, staff_code, staff_glass TO stempel_console, stempel_staff;
GRANT SELECT, INSERT, UPDATE, DELETE ON staff_credential, staff_link, staff_session TO stempel_console, stempel_staff;
GRANT SELECT ON staff_person, staff_role, staff_credential TO stempel_intake, stempel_fleet;
GRANT SELECT ON staff_person, staff_role TO stempel_template;
-- Who gives a lost machine up.
GRANT SELECT ON staff_person, staff_role TO stempel_line;

-- Quality: the line asks for first articles, and writes down what the exit camera saw: it approves nothing, and names no inspector
-- (a look without one is a machine's, by the guards). People sign on, inspect and approve at the console, which erases what they
-- looked at.
GRANT SELECT, UPDATE (article_order, article_attempt),
      INSERT (machine, number, change_id, cause, template, ribbon, began_at, article_order, article_attempt)
    ON quality_set_up TO stempel_line;
GRANT SELECT, INSERT, UPDATE ON quality_set_up TO stempel_console;
GRANT SELECT, INSERT (order_id, attempt, look, machine, passed, inspected_at, detail, asks, figures)
    ON quality_inspection TO stempel_line;
GRANT SELECT, INSERT ON quality_inspection TO stempel_console;
GRANT SELECT, INSERT ON quality_reason TO stempel_line, stempel_console;
GRANT INSERT ON quality_picture TO stempel_line;
GRANT SELECT, UPDATE ON quality_picture TO stempel_console;
GRANT SELECT, INSERT, UPDATE ON quality_operator TO stempel_console;

-- Shipping: packed and sealed at the console. Containers are never deleted; what may change of them is guarded.
GRANT SELECT, INSERT, UPDATE ON shipping_shipment, shipping_piece TO stempel_console;
-- Devices: the console makes codes and revokes; a device is added by `courier` alone, which proves its key.
GRANT SELECT, INSERT, UPDATE (wrong) ON shipping_device_code TO stempel_console;
GRANT SELECT, UPDATE (wrong, device_id) ON shipping_device_code TO stempel_courier;
GRANT SELECT, UPDATE (revoked_at) ON shipping_device TO stempel_console;
GRANT SELECT, INSERT ON shipping_device TO stempel_courier;
-- Sessions of the courier's page: whoever ends somebody's sessions ends these too.
GRANT SELECT, DELETE ON shipping_session TO stempel_console, stempel_staff;
GRANT SELECT, INSERT, UPDATE, DELETE ON shipping_session TO stempel_courier;
-- Handovers: `courier` says who has a container, and nothing else of it; it adds sides and handovers.
GRANT SELECT, UPDATE (state, courier, carried_at) ON shipping_shipment TO stempel_courier;
GRANT SELECT ON shipping_piece TO stempel_courier;
GRANT SELECT, INSERT, UPDATE (outcome, courier) ON shipping_side TO stempel_courier;
GRANT SELECT, INSERT ON shipping_handover TO stempel_courier;
GRANT SELECT ON shipping_side, shipping_handover TO stempel_console;
-- Discrepancies are told of from phones, and read and settled at the console; pictures likewise.
GRANT SELECT (discrepancy_id), INSERT ON shipping_discrepancy TO stempel_courier;
GRANT SELECT, INSERT, UPDATE (settled_at, settled_by, settlement) ON shipping_discrepancy TO stempel_console;
GRANT SELECT (photograph_id, shipment_id), INSERT ON shipping_photograph TO stempel_courier;
GRANT SELECT ON shipping_photograph TO stempel_console;
-- Who signs in at the courier's page: nobody is added there, and no credential but a passkey's counter changes.
GRANT SELECT ON staff_person, staff_role, staff_credential TO stempel_courier;
GRANT UPDATE (secret) ON staff_credential TO stempel_courier;
GRANT SELECT, INSERT, UPDATE ON staff_code TO stempel_courier;

-- Documents: known from the line's last step or an attempt's end; handed over, reported, ended and looked up at the console. Checks
-- and orders ask for those that live. Lists, and what follows from days that passed, by `document` and `reconcile`.
GRANT SELECT, INSERT, UPDATE ON document_item TO stempel_line, stempel_console, stempel_order;
GRANT SELECT ON document_item, document_report TO stempel_intake, stempel_order;
GRANT SELECT, INSERT, UPDATE ON document_report TO stempel_console;
GRANT SELECT, INSERT ON document_move TO stempel_line, stempel_order, stempel_console;
GRANT SELECT, INSERT ON document_question TO stempel_console;
GRANT SELECT, UPDATE ON document_item TO stempel_document;
GRANT SELECT ON document_report TO stempel_document;
GRANT SELECT, INSERT ON document_move TO stempel_document;
GRANT SELECT, INSERT, UPDATE ON document_list TO stempel_document;
