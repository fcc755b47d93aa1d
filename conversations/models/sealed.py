"""A channel's secrets at rest: sealed in its row, opened where its adapter uses them.

Sealed, a value is `{"sealed": what nobody reads without a key, "print": the fingerprint to find it by}`. One in plain
words is read as it is: rows may be of both kinds while a new version is put in place.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.translation import gettext_noop

from conversations.channels.port import ChannelError
from conversations.channels.registry import secret_names
from crm.core import sealing
from crm.core.sentences import kept

SECRETS = secret_names()
CANT_OPEN = kept(
    gettext_noop(
        "The setting '%(name)s' can't be opened: the key that sealed it is not in SEAL_KEYS any more. "
        "Put that key back, or enter the setting again."
    )
)


class SealedSettings(models.JSONField):
    """Settings of a channel. Whoever writes the row: what an adapter marks as secret is sealed on its way there."""

    def deconstruct(self) -> Any:
        """To migrations it is the JSON it is in the database."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        """As the row holds it."""
        kept_so = sealed(value) if isinstance(value, Mapping) else value
        return super().get_db_prep_save(kept_so, connection)


class OpenedSettings(Mapping[str, str]):
    """Settings as an adapter reads them: a secret is opened when it is asked for, once, and shown by no repr."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._opened: dict[str, str] = {}

    def __getitem__(self, name: str) -> str:
        """One value; ChannelError when none of our keys opens it: the account has to be mended."""
        if name not in self._opened:
            self._opened[name] = _opened(name, self._settings[name])
        return self._opened[name]

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self._settings)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._settings)


def sealed(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they are kept; what is sealed already stays as it is."""
    return {name: _sealed(value) if name in SECRETS else value for name, value in settings.items()}


def in_plain_words(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with every secret opened, to be sealed anew."""
    return {name: _opened(name, value) if _is_sealed(value) else value for name, value in settings.items()}


def says_nothing_new(settings: Mapping[str, Any], given: Mapping[str, str]) -> bool:
    """Whether the settings given are kept so already. Nothing is opened for that."""
    return all(_is_kept(settings.get(name), value) for name, value in given.items())


def fingerprints_of(value: Any) -> Collection[str]:
    """What a secret may be found by in other rows, whichever of our keys they were sealed with."""
    if not value:
        return ()
    if not _is_sealed(value):
        return sealing.fingerprints(str(value))
    try:
        return {value["print"], *sealing.fingerprints(sealing.unseal(value["sealed"]))}
    except sealing.SealBrokenError:
        return (value["print"],)


def is_found_by(value: Any, prints: Collection[str]) -> bool:
    """Whether the secret has one of these fingerprints."""
    if _is_sealed(value):
        return value["print"] in prints
    return not set(prints).isdisjoint(fingerprints_of(value))


def _is_sealed(value: Any) -> bool:
    return isinstance(value, Mapping) and "sealed" in value


def _sealed(value: Any) -> Any:
    if not value or _is_sealed(value):
        return value
    return {"sealed": sealing.seal(str(value)), "print": sealing.fingerprints(str(value))[0]}


def _opened(name: str, value: Any) -> str:
    if not _is_sealed(value):
        return str(value)
    try:
        return sealing.unseal(value["sealed"])
    except sealing.SealBrokenError as error:
        raise ChannelError("auth", "sealed", CANT_OPEN % {"name": name}) from error


def _is_kept(value: Any, given: str) -> bool:
    if _is_sealed(value):
        return value["print"] in sealing.fingerprints(given)
    return bool(value == given)
