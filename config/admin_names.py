"""Models and their fields are called in the reader's language, wherever Django names them: in the admin, in errors.

Not in the models: there each name would be a migration. Migrations are made of what a model was written with, and that
stays; replaced is what is shown. `config.admin_words` lists the names for the translators.
"""

from pathlib import Path
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import pgettext_lazy

from config import env

# What Django makes of the name of a class where English wants another word.
ENGLISH = {
    "alert timess": "alert times",
    "api key": "API key",
    "api keys": "API keys",
    "not the same": "pair of different contacts",
    "not the sames": "pairs of different contacts",
}


def translate_names() -> None:
    """Once, when all models are there and no form has copied a name yet."""
    ours = [app for app in apps.get_app_configs() if Path(app.path).parent == env.ROOT]
    for model in sorted((model for app in ours for model in app.get_models()), key=_is_history):
        _translate(model)


def _is_history(model: type[Model]) -> bool:
    """Is it simple-history's? Its name is made of its model's, so that one comes first."""
    return hasattr(model, "instance_type")


def _translate(model: type[Model]) -> None:
    """What its model, or Django, has translated already stays."""
    meta = model._meta
    for which in ("verbose_name", "verbose_name_plural"):
        setattr(meta, which, _name(model, which))
    for field in (*meta.local_fields, *meta.local_many_to_many):
        if not isinstance(field.verbose_name, Promise):
            field.verbose_name = pgettext_lazy("admin", field.verbose_name)


def _name(model: Any, which: str) -> Any:
    if _is_history(model):
        return format_lazy(pgettext_lazy("admin", "historical {}"), getattr(model.instance_type._meta, which))
    name = str(getattr(model._meta, which))
    return pgettext_lazy("admin", ENGLISH.get(name, name))
