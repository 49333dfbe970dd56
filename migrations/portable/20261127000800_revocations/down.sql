DROP INDEX sessions_by_revocation;
DROP INDEX sessions_open_by_user;
DROP INDEX sessions_ended;
DROP INDEX sessions_by_address;
DROP INDEX sessions_open_by_time;
DROP INDEX sessions_by_time;
DROP TABLE revocation_lines;
DROP TABLE revocations;
