"""Where the areas become one deployment (部署).

Settings, addresses, the gate that survives slow clients, the one table of who listens to
which event, and the checks of `zhengtong center check`.  The only place that knows all
areas at once; it decides nothing about sharing.
"""
