-- What keys did stays recorded; only new entries are held to the older list.
ALTER TABLE audit_entries DROP CONSTRAINT audit_entries_actor_kind_check;
ALTER TABLE audit_entries ADD CONSTRAINT audit_entries_actor_kind_check
    CHECK (actor_kind IN ('user', 'visitor', 'system', 'command')) NOT VALID;
