-- When, from where and with what a spent refresh token came again, which ended its family.
ALTER TABLE refresh_tokens ADD COLUMN reused_at TIMESTAMP;
ALTER TABLE refresh_tokens ADD COLUMN reused_ip TEXT;
ALTER TABLE refresh_tokens ADD COLUMN reused_agent TEXT;
