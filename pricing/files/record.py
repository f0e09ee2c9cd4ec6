"""Records: frozen values of the data files, which every folder of pricing defines.

A record is a msgspec struct, which is cheap to define, to build and to read back from a snapshot. Only what comes from
a file is validated, by pydantic, which is imported when there is a file to read: it takes a third of a short command.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, dataclass_transform, get_type_hints

from msgspec import NODEFAULT, Struct, StructMeta, field, structs

if TYPE_CHECKING:
    from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter, ValidationInfo
    from pydantic_core import CoreSchema

Sources = Mapping[str, Any]
"""The sources of a file by key."""


class _RecordType(StructMeta):
    """Makes every record frozen, with fields that are given by name. A struct's subclasses don't inherit the latter."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **config: Any) -> _RecordType:
        return super().__new__(cls, name, bases, namespace, **{"frozen": True, "kw_only": True, **config})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Record(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, dict=True, metaclass=_RecordType):
    """A frozen record that refuses unknown keys when it is read from a file."""

    @classmethod
    def _complete(cls, fields: dict[str, Any], sources: Sources) -> dict[str, Any]:  # noqa: ARG003
        """Return the fields of a file with those that they imply, before they are validated."""
        return fields

    def _check(self) -> None:
        """Raise ValueError if the fields of a file contradict each other."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        def read(value: Any, validate: Callable[[Any], BaseModel], info: ValidationInfo) -> Record:
            if isinstance(value, cls):
                return value
            if isinstance(value, dict):
                value = cls._complete(value, _sources(info))
            fields = validate(value)
            record = cls(**{name: getattr(fields, name) for name in fields.model_fields_set})
            record._check()
            return record

        return core_schema.with_info_wrap_validator_function(read, handler.generate_schema(file_model(cls)))


class Limits:
    """Limits of a value in a file, with the names of pydantic's `Field`: `gt`, `max_length`, `pattern` and so on."""

    def __init__(self, **limits: Any) -> None:
        self.limits = limits

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic import Field

        return handler.generate_schema(Annotated[source, Field(**self.limits)])


class TextReader:
    """A function that reads the text of a value in a file, or raises ValueError.

    Args:
        read: Receives the text, or a value that was read already.
        json_schema: What an editor should accept instead of what the type says.
    """

    def __init__(self, read: Callable[[Any], Any], json_schema: dict[str, Any] | None = None) -> None:
        self.read = read
        self.json_schema = json_schema

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_before_validator_function(self.read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) if self.json_schema is None else dict(self.json_schema)


class NamedSource:
    """Marks a source that a file names by its key among its sources."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.with_info_before_validator_function(_named_source, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "description": "a key of sources"}


def _named_source(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        return value
    sources = _sources(info)
    if value not in sources:
        raise ValueError(
            f"{value!r} isn't a source of this file; add it under sources, or use one of {sorted(sources)}"
        )
    return sources[value]


def _sources(info: ValidationInfo) -> Sources:
    sources: Sources = (info.context or {}).get("sources", {})
    return sources


@cache
def file_model(kind: type[Record]) -> type[BaseModel]:
    """Return the pydantic model of a record as it is written in a file."""
    from pydantic import ConfigDict, create_model

    hints = get_type_hints(kind, include_extras=True)
    fields: dict[str, Any] = {entry.name: (hints[entry.name], _default(entry)) for entry in structs.fields(kind)}
    config = ConfigDict(extra="forbid", protected_namespaces=())
    return create_model(kind.__name__, __config__=config, __doc__=kind.__doc__, __module__=kind.__module__, **fields)


def _default(entry: structs.FieldInfo) -> Any:
    from pydantic import Field

    if entry.default_factory is not NODEFAULT:
        return Field(default_factory=entry.default_factory)
    return ... if entry.default is NODEFAULT else entry.default


@cache
def type_adapter(kind: Any) -> TypeAdapter[Any]:
    """Return pydantic's validator of a record or of a container of records."""
    from pydantic import TypeAdapter

    return TypeAdapter(kind)
