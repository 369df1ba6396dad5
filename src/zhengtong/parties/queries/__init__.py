"""What can be asked about parties (主体查询).  Frozen records; rows never leave this folder.

`records`        the shapes that leave it
`organizations`  organizations, their authority, their duties
`seats`          officers, seats, substitutes
`accounts`       who is signed in, the demo's cards
"""

from zhengtong.parties.queries.accounts import (
    account_seats,
    actor_by_login,
    actor_for,
    administrator,
    demo_account_count,
    is_held,
    recognize,
    sign_in_cards,
    sign_in_places,
)
from zhengtong.parties.queries.organizations import (
    authority_of,
    duties,
    duty,
    organization,
    organization_by_code,
    organizations,
    organizations_by_id,
    organizations_under,
    short_names,
)
from zhengtong.parties.queries.records import (
    Absence,
    CardsOfOrganization,
    CardsOfPlace,
    Contact,
    DutyRow,
    OfficerRow,
    OrganizationCard,
    Place,
    Recognized,
    SeatCard,
    SignInCard,
    SubstitutionLine,
)
from zhengtong.parties.queries.seats import (
    absence,
    may_stand_in_for,
    officer_name,
    officer_names,
    officers,
    seat_holder,
    seats,
    substitutions,
)

__all__ = [
    "Absence",
    "CardsOfOrganization",
    "CardsOfPlace",
    "Contact",
    "DutyRow",
    "OfficerRow",
    "OrganizationCard",
    "Place",
    "Recognized",
    "SeatCard",
    "SignInCard",
    "SubstitutionLine",
    "absence",
    "account_seats",
    "actor_by_login",
    "actor_for",
    "administrator",
    "authority_of",
    "demo_account_count",
    "duties",
    "duty",
    "is_held",
    "may_stand_in_for",
    "officer_name",
    "officer_names",
    "officers",
    "organization",
    "organization_by_code",
    "organizations",
    "organizations_by_id",
    "organizations_under",
    "recognize",
    "seat_holder",
    "seats",
    "short_names",
    "sign_in_cards",
    "sign_in_places",
    "substitutions",
]
