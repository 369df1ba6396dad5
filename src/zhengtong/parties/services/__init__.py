"""What can be done with organizations, people and seats (主体用例).  One function, one use case, one transaction.

`registering`  organizations, officers, seats, accounts, substitutes, duties
`changing`     what changes about them later
`loading`      many at once from a workbook, safe to repeat
`sign_in`      passwords with bounds, demo cards
`contacts`     how to reach an officer; every read is on record
"""

from zhengtong.parties.services.changing import change_duty, change_officer, change_organization, set_password
from zhengtong.parties.services.contacts import read_contact
from zhengtong.parties.services.federated import bind_identity, release_identity
from zhengtong.parties.services.handing_over import hand_over, take_handover
from zhengtong.parties.services.loading import LoadReport, load_parties
from zhengtong.parties.services.registering import (
    add_duty,
    add_officer,
    appoint_substitute,
    end_seat,
    end_substitution,
    give_seat,
    open_account,
    register_organization,
)
from zhengtong.parties.services.reminding import (
    choose_reminders,
    close_feed,
    note_reminder,
    open_feed,
    read_feed,
    set_webhook,
)
from zhengtong.parties.services.second_factor import reset_second_factor

__all__ = [
    "LoadReport",
    "add_duty",
    "add_officer",
    "appoint_substitute",
    "bind_identity",
    "change_duty",
    "change_officer",
    "change_organization",
    "choose_reminders",
    "close_feed",
    "end_seat",
    "end_substitution",
    "give_seat",
    "hand_over",
    "load_parties",
    "note_reminder",
    "open_account",
    "open_feed",
    "read_contact",
    "read_feed",
    "register_organization",
    "release_identity",
    "reset_second_factor",
    "set_password",
    "set_webhook",
    "take_handover",
]
