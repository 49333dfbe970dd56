ALTER TABLE refresh_tokens DROP COLUMN reused_agent;
ALTER TABLE refresh_tokens DROP COLUMN reused_ip;
ALTER TABLE refresh_tokens DROP COLUMN reused_at;
