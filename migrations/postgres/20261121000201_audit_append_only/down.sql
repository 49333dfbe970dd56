DROP TRIGGER audit_entries_keep_truncate ON audit_entries;
DROP TRIGGER audit_entries_keep ON audit_entries;
DROP FUNCTION audit_entries_keep();
