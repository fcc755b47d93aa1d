"""Secrets of this house: made once, kept in VAR_DIR/secrets."""

import os
import secrets
from pathlib import Path


def kept_secret(path: Path) -> str:
    """Read a secret; make it first when there is none. Two who make it at once end up with the same one."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # somebody else made it meanwhile; theirs counts
        finally:
            draft.unlink()
    return path.read_text().strip()
