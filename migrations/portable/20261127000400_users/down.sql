DROP INDEX emails_by_recipient;
DROP INDEX users_by_lock;
DROP INDEX users_by_role;
DROP INDEX users_by_status;
ALTER TABLE users DROP COLUMN banned_from;
