"""The environment of the product's programs. Written here, read by config/env.py and nobody else."""

import os
from pathlib import Path

import environ

from config.launcher.passwords import kept_secret
from config.launcher.paths import ROOT, VarDir
from config.launcher.services import Services


def read_dot_env() -> None:
    """Take what `.env` says where the environment says nothing."""
    if (ROOT / ".env").exists():
        environ.Env.read_env(ROOT / ".env")


def var_dir() -> Path:
    """VAR_DIR, by default `var` beside the code."""
    return Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve()


def house_environment(var: VarDir, services: Services) -> dict[str, str]:
    """What every program of this house must agree on."""
    return {
        "VAR_DIR": str(var.path),
        "DATABASE_URL": services.database_url,
        "REDIS_URL": services.redis_url,
        "SECRET_KEY": os.environ.get("SECRET_KEY") or kept_secret(var.secrets / "secret-key"),
    }
