DROP TABLE known_devices;
DROP TABLE account_locks;
DROP TABLE sign_in_failures;
