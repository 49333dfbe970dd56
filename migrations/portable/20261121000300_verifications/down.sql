DROP TABLE documents;
DROP TABLE verification_cases;
