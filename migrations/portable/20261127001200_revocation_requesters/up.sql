-- The API key that asked for it, when it was one.
ALTER TABLE revocations ADD COLUMN requested_by_key TEXT;
-- A list that was given in the console and waits for its confirmation: nobody works on it.
ALTER TABLE revocations ADD COLUMN awaits_confirmation BOOLEAN NOT NULL DEFAULT FALSE;
-- For erasing a person: the lines that name them.
CREATE INDEX revocation_lines_by_person ON revocation_lines (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX revocation_lines_by_text ON revocation_lines (text);
