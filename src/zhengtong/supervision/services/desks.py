"""Who acts, and whether for the data authority of a place (办理人)."""

from uuid import UUID

from zhengtong.kernel.actors import Actor
from zhengtong.kernel.errors import NotAllowed
from zhengtong.parties import queries as parties


def person(actor: Actor) -> UUID:
    """The officer behind an actor.  Raises NotAllowed for a system."""
    if actor.officer is None:
        raise NotAllowed("supervision.needs_a_person")
    return actor.officer


def acts_for_authority(actor: Actor, *, jurisdiction: str) -> bool:
    """Whether the actor's office is the data authority of a place."""
    authority = parties.authority_of(jurisdiction=jurisdiction)
    return authority is not None and authority.id == actor.organization
