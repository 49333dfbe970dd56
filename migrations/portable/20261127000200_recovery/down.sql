DROP TABLE address_changes;
DROP TABLE email_codes;
DROP TABLE password_reset_requests;
