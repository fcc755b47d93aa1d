"""Secrets of this house: made once, kept in VAR_DIR/secrets."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def kept_secret(path: Path) -> str:
    """Read a secret; make it first when there is none. Two who make it at once end up with the same one."""
    if not path.exists():
        handle, draft = tempfile.mkstemp(dir=path.parent)  # for the owner only, under a name of its own
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # somebody else made it meanwhile; theirs counts
            os.link(draft, path)
        Path(draft).unlink()
    return path.read_text().strip()
