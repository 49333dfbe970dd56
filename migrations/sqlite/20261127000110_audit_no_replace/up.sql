-- REPLACE takes the old row away without asking the trigger on DELETE.
CREATE TRIGGER audit_entries_keep_replace BEFORE INSERT ON audit_entries
WHEN EXISTS (SELECT 1 FROM audit_entries WHERE id = NEW.id OR rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;
