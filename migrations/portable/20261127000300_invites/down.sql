DROP TABLE invite_batch_rows;
DROP TABLE invite_batches;
DROP TABLE invites;
