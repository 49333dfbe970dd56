-- SQLite changes a check by making the table anew; the drop takes its triggers with it.
CREATE TABLE audit_entries_new (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    at TIMESTAMP NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('user', 'api_key', 'visitor', 'system', 'command')),
    actor_id TEXT,
    actor_name TEXT NOT NULL,
    -- A verb of the past in dotted form, such as verification.approved.
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    -- JSON objects of the fields that changed.
    before TEXT,
    after TEXT,
    reason TEXT,
    ip TEXT,
    user_agent TEXT,
    request_id TEXT
);
INSERT INTO audit_entries_new
    SELECT id, organization_id, at, actor_kind, actor_id, actor_name, action, target_kind, target_id, before, after,
        reason, ip, user_agent, request_id
    FROM audit_entries;
DROP TABLE audit_entries;
ALTER TABLE audit_entries_new RENAME TO audit_entries;
CREATE INDEX audit_entries_by_time ON audit_entries (organization_id, at, id);
CREATE INDEX audit_entries_by_target ON audit_entries (target_kind, target_id, at, id);
CREATE TRIGGER audit_entries_keep_update BEFORE UPDATE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;
CREATE TRIGGER audit_entries_keep_delete BEFORE DELETE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;
CREATE TRIGGER audit_entries_keep_replace BEFORE INSERT ON audit_entries
WHEN EXISTS (SELECT 1 FROM audit_entries WHERE id = NEW.id OR rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;
