"""Journal (日志): Django-bound foundations with no domain of their own.

The append-only event log with its hash chain, the jobs table that is also the outbox,
idempotency keys, encrypted columns with blind index, the audit of reads, retention.

Actors: every area writes here through `services`; auditors read and verify.
Facts are recorded in the transaction that made them true; a sequencer chains their
hashes after commit; nothing is ever edited (the database refuses).
"""
