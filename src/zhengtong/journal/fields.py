"""Encrypted columns (加密字段): sealed on the way in, opened on the way out, found by a blind index."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db import models

from zhengtong.journal.sealing import blind_index, blind_indexes, seal, unseal

__all__ = ["BlindIndexField", "EncryptedTextField", "blind_index", "blind_indexes", "column_of"]

INDEX_CHARS_MAX = 64

if TYPE_CHECKING:  # generic for the type checker only
    _Text = models.TextField[str]
    _Char = models.CharField[str]
else:
    _Text, _Char = models.TextField, models.CharField


def column_of(field: "models.Field[Any, Any]") -> str:
    """The name that a value is bound to: `<app>.<model>.<field>`."""
    return f"{field.model._meta.label_lower}.{field.name}"


class EncryptedTextField(_Text):
    """Text that the database holds only sealed (加密文本).  Empty stays empty; only `isnull` can be asked."""

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:  # noqa: ARG002
        return value if not value else unseal(value, column=column_of(self))

    def get_prep_value(self, value: Any) -> Any:  # Any: Django's signature
        prepared = super().get_prep_value(value)
        return prepared if not prepared else seal(str(prepared), column=column_of(self))

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{column_of(self)} is sealed: search its blind index, not {lookup_name!r}")
        return super().get_lookup(lookup_name)


class BlindIndexField(_Char):
    """The keyed index of a sealed column (盲索引), filled on save(); bulk writers fill it with `blind_index`."""

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        kwargs.setdefault("max_length", INDEX_CHARS_MAX)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        kwargs.setdefault("editable", False)
        kwargs.setdefault("db_index", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: ARG002 -- Django's signature
        value = getattr(model_instance, self.source)
        held = blind_index(value, column=self.source_column()) if value else ""
        setattr(model_instance, self.attname, held)
        return held

    def source_column(self) -> str:
        return f"{self.model._meta.label_lower}.{self.source}"
