"""The secrets of channels are sealed in their rows; backwards they are opened again.

Channels are few: each is locked for the moment it is written. The names and the shape are those of this day.
"""

from django.db import migrations

from crm.core import sealing
from crm.core.walls import everywhere

SECRETS = {"app_secret", "verify_token", "access_token"}


def seal_them(apps, schema_editor):
    def sealed(name, value):
        if name not in SECRETS or not value or isinstance(value, dict):
            return value
        return {"sealed": sealing.seal(str(value)), "print": sealing.fingerprints(str(value))[0]}

    _rewrite(apps, sealed)


def open_them(apps, schema_editor):
    def opened(name, value):
        return sealing.unseal(value["sealed"]) if isinstance(value, dict) and "sealed" in value else value

    _rewrite(apps, opened)


def _rewrite(apps, changed):
    with everywhere():
        rows = apps.get_model("conversations", "Channel").objects.select_for_update(no_key=True)
        for pk, key, settings in rows.order_by("pk").values_list("pk", "key", "settings"):
            rows.filter(pk=pk).update(settings={n: _told(key, changed, n, v) for n, v in settings.items()})


def _told(key, changed, name, value):
    """With the channel and the setting, when none of our keys opens it."""
    try:
        return changed(name, value)
    except sealing.SealBrokenError as error:
        raise sealing.SealBrokenError(
            f"Channel '{key}', setting '{name}': {error} Put that key back, or enter the setting again."
        ) from error


class Migration(migrations.Migration):
    dependencies = [("conversations", "0025_broadcasts_once")]
    operations = [migrations.RunPython(seal_them, open_them)]
