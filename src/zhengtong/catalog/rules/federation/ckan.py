"""Entries as CKAN's read API tells them (CKAN 兼容读取): packages, resources, organizations, groups."""

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from zhengtong.catalog.rules.federation.records import Home, SharedEntry

Json = dict[str, Any]  # Any: JSON
API_VERSION = 3


def package(entry: SharedEntry, home: Home) -> Json:
    """One entry as `package_show` tells it; its name is its id, which is a lawful CKAN name."""
    extras = {
        "guide_code": entry.code,
        "share_type": str(entry.share_type),
        "update_cycle": entry.cycle,
        "jurisdiction": entry.place,
        "open_to_society": "true" if entry.open_flag else "false",
        "legal_basis": entry.legal_basis,
    }
    return {
        "id": str(entry.id),
        "name": str(entry.id),
        "title": entry.name,
        "notes": entry.abstract,
        "url": home.entry(entry.id),
        "version": str(entry.version),
        "type": "dataset",
        "state": "active",
        "private": not entry.open_flag,
        "isopen": entry.open_flag,
        "license_id": "notspecified",
        "author": entry.provider,
        "owner_org": str(organization_id(entry.provider_code)),
        "organization": organization(entry.provider_code, entry.provider),
        "metadata_created": f"{entry.issued_on.isoformat()}T00:00:00",
        "metadata_modified": f"{entry.modified_on.isoformat()}T00:00:00",
        "tags": [{"name": word, "display_name": word, "state": "active"} for word in entry.keywords],
        "num_tags": len(entry.keywords),
        "groups": [{"name": entry.theme.lower(), "title": entry.theme_zh}] if entry.theme else [],
        "resources": [_resource(entry, mode, at, home) for at, mode in enumerate(entry.share_modes)],
        "num_resources": len(entry.share_modes),
        "extras": [{"key": key, "value": value} for key, value in extras.items() if value],
    }


def _resource(entry: SharedEntry, mode: str, position: int, home: Home) -> Json:
    return {
        "id": str(uuid5(entry.id, mode)),
        "package_id": str(entry.id),
        "name": mode,
        "format": mode,
        "url": home.entry(entry.id),
        "position": position,
        "state": "active",
        "schema": {"fields": [{"name": i.code, "title": i.name, "type": i.data_type} for i in entry.items]},
    }


def organization(code: str, name: str, *, packages: int | None = None) -> Json:
    """A department as an organization of CKAN."""
    told: Json = {
        "id": str(organization_id(code)),
        "name": code,
        "title": name,
        "display_name": name,
        "type": "organization",
        "state": "active",
        "is_organization": True,
    }
    return told if packages is None else {**told, "package_count": packages}


def organization_id(code: str) -> object:
    """A lasting id made of a code: CKAN wants one."""
    return uuid5(NAMESPACE_URL, f"urn:zhengtong:organization:{code}")
