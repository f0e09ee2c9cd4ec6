"""GPUs and models to tune on them, by the names that people write. Another size or form is never taken silently."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NamedTuple

from pricing.gpu.facts import Gpu, GpuFacts, ModelShape
from pricing.names.decoration import shape_name, shape_names, without_serving
from pricing.names.index import NameResolution, is_family
from pricing.names.prefixes import read_reference
from pricing.names.spelling import spell, version_of, words

MAX_CHOICES = 6
MEMORY_TOLERANCE = 0.1  # vendors and clouds state the same memory with and without what is reserved

_VENDOR = re.compile(r"^(?:(?:nvidia|amd|intel|google|aws|instinct|tesla|geforce|quadro)[\s-]+)+")
_COUNT = re.compile(r"^\d+\s*(?:x|×)\s*(?=[a-z])")
_MEMORY = re.compile(r"[\s-]*\b(\d{1,4})\s*-?(?:gb|gib|g)\b")
_BARE_MEMORY = re.compile(r"[\s-](\d{2,3})(?=$|[\s-](?:sxm|pcie|nvl|hbm))")
_FORM = re.compile(r"[\s-]*\b(sxm|pcie|pci-e|nvl|oam|hbm)\d{0,3}[a-z]?\b")
_QUALIFIER = re.compile(r"sxm\d?|pcie|nvl\d*|hbm\w+|ti|super|ada|max-?q|nvl72|\d{2,3}|\d{1,3}gi?b")


class _GpuName(NamedTuple):
    """A GPU's name in its parts."""

    family: str
    """Without memory and form, such as `h100`."""
    memory_gb: int | None
    form: str
    """sxm, pcie, nvl, or empty."""


def _parts(text: str) -> _GpuName:
    name = _COUNT.sub("", re.sub(r"[\s_]+", "-", text.strip().lower()))
    name = _VENDOR.sub("", name)
    memory = _MEMORY.search(name)
    name = _MEMORY.sub("", name, count=1) if memory else name
    forms = [form[1].replace("pci-e", "pcie") for form in _FORM.finditer(name)]
    name = _FORM.sub("", name)
    if memory is None and (memory := _BARE_MEMORY.search(name)):
        name = name[: memory.start()] + name[memory.end() :]
    form = next((form for form in forms if form in ("sxm", "pcie", "nvl")), "")
    return _GpuName(spell(name).key, int(memory[1]) if memory else None, form)


def resolve_gpu(text: str, facts: GpuFacts) -> NameResolution:
    """Return the GPU that a name means, such as `NVIDIA H100 80GB HBM3` or `rtx 5090`.

    Args:
        text: The name as typed.
        facts: The known GPUs.

    Returns:
        One GPU, or none and the nearest ones. A memory size or form that no known GPU of the family has isn't replaced.
    """
    index = facts.gpu_index
    plain = _VENDOR.sub("", _COUNT.sub("", text.strip().lower()))
    for name in dict.fromkeys((text, plain, plain.removesuffix("s"))):
        if entries := index.find_exact(name):
            return NameResolution("GPU", text, (entries[0].id,), "exact")
    typed = _parts(text)
    family = [gpu for gpu in facts.gpus.values() if _is_of(gpu, typed)]
    if typed.family and (typed.memory_gb or typed.form) and family:
        ids = [gpu.name for gpu in family if _fits(gpu, typed)]
        if len(ids) > 1:
            usual = index.find_exact(typed.family)
            ids = [usual[0].id] if usual and usual[0].id in ids else ids
        if ids:
            return NameResolution("GPU", text, tuple(ids), "exact")
    near = tuple(gpu.name for gpu in family) or index.near(plain)
    return NameResolution("GPU", text, near=near[:3])


def is_gpu_qualifier(word: str) -> bool:
    """Return whether a word after a GPU's name says which one of its family is meant, such as `nvl` or `141GB`."""
    return _QUALIFIER.fullmatch(word.lower()) is not None


def known_gpu(text: str, facts: GpuFacts, memory_gb: float | None = None) -> Gpu | None:
    """Return the GPU of a name; None if it is unknown.

    Args:
        text: The name, which needn't say the memory if `memory_gb` does.
        facts: The known GPUs.
        memory_gb: Memory in GB, which decides between sizes of one family; None if unknown.
    """
    name = resolve_gpu(text, facts).id
    if memory_gb is None:
        return facts.gpus[name] if name else None
    family = _parts(text).family
    kin = [gpu for gpu in facts.gpus.values() if _parts(gpu.name).family == family]
    fits = [gpu for gpu in kin if abs(gpu.memory_gb / memory_gb - 1) < MEMORY_TOLERANCE]
    named = facts.gpus[name] if name else None
    return named if not fits or named in fits else fits[0]


def known_model(text: str, facts: GpuFacts) -> ModelShape | None:
    """Return the shape of a model by its name; None if it is unknown or can be several models."""
    ids = _find_model(text, facts).ids  # the nearest names of an unknown one take most of the time
    return facts.models[ids[0]] if len(ids) == 1 else None


def _is_of(gpu: Gpu, typed: _GpuName) -> bool:
    return any(_parts(name).family == typed.family for name in (gpu.name, *gpu.aliases))


def _fits(gpu: Gpu, typed: _GpuName) -> bool:
    """Return whether a GPU has the typed memory, by its data sheet or one of its names, and the typed form."""
    known = [_parts(name) for name in (gpu.name, gpu.title, *gpu.aliases)]
    memories = {round(gpu.memory_gb), *(part.memory_gb for part in known)}
    form = next(
        (part.form for part in known if part.form), "sxm" if gpu.link in ("nvlink", "infinity-fabric") else "pcie"
    )
    return typed.memory_gb in (None, *memories) and typed.form in ("", form)


def resolve_model(text: str, facts: GpuFacts) -> NameResolution:
    """Return the model whose shape a name means, such as `meta-llama/Llama-3.1-8B-Instruct` or `llama 3.1 8b`.

    Args:
        text: The name as typed.
        facts: The known models.

    Returns:
        One model, a choice if the name is a part of several, or none and the nearest ones.
    """
    resolution = _find_model(text, facts)
    if resolution.ids:
        return resolution
    return replace(resolution, near=facts.model_index.near(shape_name(read_reference(text).name)))


def _find_model(text: str, facts: GpuFacts) -> NameResolution:
    """Return the model or the models that a name means, without the nearest ones of an unknown name."""
    index = facts.model_index
    name = read_reference(text).name
    candidates = dict.fromkeys((*shape_names(text), *shape_names(name), *shape_names(without_serving(name))))
    for candidate in candidates:
        if entries := index.find_exact(candidate):
            return NameResolution("model", text, tuple(entry.id for entry in entries), "exact")
    plain = shape_name(name)
    entries, match = index.find(plain)
    if match == "part":
        newest_first = sorted(entries, key=lambda entry: version_of(entry.id), reverse=True)
        shortest = min(len(words(entry.id)) for entry in entries)
        closest = [entry.id for entry in newest_first if len(words(entry.id)) == shortest]
        default = closest[0] if len(closest) > 1 and is_family(closest) else None
        return NameResolution("model", text, tuple(entry.id for entry in newest_first)[:MAX_CHOICES], match, default)
    if entries:
        return NameResolution("model", text, tuple(entry.id for entry in entries), match)
    return NameResolution("model", text)
