"""Shared kernel (内核): what every area, the node and the wire agree on.

Standard library only: errors and message keys, clock, ids, actors, lifecycles,
time limits and the working-day calendar, event types, the queue algorithm, paging.
It knows no framework, no database and no network; the caller passes the clock in.
"""
