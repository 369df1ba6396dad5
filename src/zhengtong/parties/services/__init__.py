"""What can be done with organizations, people and seats (主体用例).  One function, one use case, one transaction.

`registering`  organizations, officers, seats, accounts, substitutes, duties
`sign_in`      passwords with bounds, demo cards
"""

from zhengtong.parties.services.registering import (
    add_duty,
    add_officer,
    appoint_substitute,
    end_seat,
    give_seat,
    open_account,
    register_organization,
)

__all__ = [
    "add_duty",
    "add_officer",
    "appoint_substitute",
    "end_seat",
    "give_seat",
    "open_account",
    "register_organization",
]
