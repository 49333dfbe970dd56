DROP TABLE idempotency_keys;
DROP TABLE api_keys;
ALTER TABLE refresh_tokens DROP COLUMN replayed_at;
ALTER TABLE refresh_tokens DROP COLUMN spent_agent;
ALTER TABLE refresh_tokens DROP COLUMN spent_ip;
ALTER TABLE refresh_tokens DROP COLUMN issued_agent;
ALTER TABLE refresh_tokens DROP COLUMN issued_ip;
ALTER TABLE refresh_tokens DROP COLUMN successor_id;
DROP TABLE signing_keys;
