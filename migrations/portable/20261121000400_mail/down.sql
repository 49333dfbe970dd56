DROP TABLE captured_messages;
DROP TABLE email_attempts;
DROP TABLE emails;
