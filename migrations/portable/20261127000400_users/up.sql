-- What the user was before a ban, for the case that it is taken back.
ALTER TABLE users ADD COLUMN banned_from TEXT;
-- The lists of users, newest first: by status, by role, and those that are locked.
CREATE INDEX users_by_status ON users (organization_id, status, created_at, id);
CREATE INDEX users_by_role ON users (organization_id, role, created_at, id);
CREATE INDEX users_by_lock ON users (organization_id, locked_until, id);
-- An erasure finds what went to an address without a user beside it.
CREATE INDEX emails_by_recipient ON emails (recipient);
