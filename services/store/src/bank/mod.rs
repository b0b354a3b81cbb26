//! Two banks in a file of fixed records: what must survive anything.
