"""What tests share: reference data, a throw-away PostgreSQL, the closed network."""
