CREATE TABLE audit_entries (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    at TIMESTAMP NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('user', 'visitor', 'system', 'command')),
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
CREATE INDEX audit_entries_by_time ON audit_entries (organization_id, at, id);
CREATE INDEX audit_entries_by_target ON audit_entries (target_kind, target_id, at, id);
