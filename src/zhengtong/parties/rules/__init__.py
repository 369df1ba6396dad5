"""Rules on who may act (主体规则).  Pure: no database, no clock.

`roles`        the roles as readable data: what each may do and under which article
`separation`   which acts one person may not both do, and which roles one person may not both hold
`identifiers`  check digits of organizations and persons, region codes, masking
"""

from zhengtong.parties.rules.identifiers import (
    citizen_id_is_valid,
    citizen_id_with_check,
    mask_name,
    region_chain,
    region_is_wellformed,
    uscc_is_valid,
    uscc_with_check,
)
from zhengtong.parties.rules.roles import DIRECTING_ROLES, ROLE_WORDS, ROLES, Level, OrgKind, Role, RoleFact, role_label
from zhengtong.parties.rules.separation import CONFLICTS, Conflict, DoneAct, admins_are_three, check_separation

__all__ = [
    "CONFLICTS",
    "DIRECTING_ROLES",
    "ROLES",
    "ROLE_WORDS",
    "Conflict",
    "DoneAct",
    "Level",
    "OrgKind",
    "Role",
    "RoleFact",
    "admins_are_three",
    "check_separation",
    "citizen_id_is_valid",
    "citizen_id_with_check",
    "mask_name",
    "region_chain",
    "region_is_wellformed",
    "role_label",
    "uscc_is_valid",
    "uscc_with_check",
]
