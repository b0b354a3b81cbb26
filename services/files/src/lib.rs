//! Files of the history: CSV, JSON, Parquet and XLSX, out and in.
