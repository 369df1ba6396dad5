"""Node (结点，前置): the data plane of one department, in front of its own databases.

Actors: the department's engineer (binds tables, sets the ceiling), its registered systems
(ask and are answered), peers' nodes (carry signed messages).  One asyncio process a home.
States: a node is created → joined (waiting → approved) → serving; a run is open → served →
applied → reconciled, or closed.
It decides alone, from the signed directory it holds, and refuses once that is too old.
Source: design §2, §6; the mechanism is 交换体系 of the book's chapter 8 §4.
"""

import os

# Arrow reads this when it is first loaded.  The C library's allocator keeps what a run used and uses it again; Arrow's
# own gives it back after every piece, which costs page faults and, in the end, more memory (ADR 0016).
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
