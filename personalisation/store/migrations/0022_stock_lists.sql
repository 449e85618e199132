-- What the pages of the stock list, in the order in which they do. For SQLite and PostgreSQL alike.

-- What people handed out to lines.
CREATE INDEX stock_entry_handed ON stock_entry (entered_at)
    WHERE by_person IS NOT NULL AND substr(to_account, 1, 5) = 'line:';

-- What waits for its destruction, by serial.
DROP INDEX stock_blank_state;
CREATE INDEX stock_blank_state ON stock_blank (state, chip_serial);
