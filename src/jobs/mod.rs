//! Periodic work: one instance runs a job at a time, through a lease in the database.
