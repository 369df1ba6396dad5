"""The wire (线上格式): every byte that two nodes and the center agree on.

Sans-I/O: no sockets, no clock, no async; instants are passed in and bytes are handed back.
Only `verifier` reads files, because checking a ledger offline is its whole purpose.
The text a stranger needs to write a second node is `docs/protocol/`; the golden bytes are
`tests/wire/golden/`.
"""
