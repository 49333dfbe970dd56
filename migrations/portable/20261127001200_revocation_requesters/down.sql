DROP INDEX revocation_lines_by_text;
DROP INDEX revocation_lines_by_person;
ALTER TABLE revocations DROP COLUMN awaits_confirmation;
ALTER TABLE revocations DROP COLUMN requested_by_key;
