"""PostgreSQL is the only truth."""

from typing import Any

from config import env

# Migrations and commands take their time.
LONGEST_STATEMENT = {"web": "5s", "worker": "30s", "turns": "30s", "scheduler": "30s"}

_default: dict[str, Any] = env.database_settings()
if _default["ENGINE"] != "django.db.backends.dummy":
    _default["ENGINE"] = "config.walled"
    _options: dict[str, Any] = _default.setdefault("OPTIONS", {})
    _options["connect_timeout"] = 3  # seconds
    _options["tcp_user_timeout"] = 10_000  # milliseconds until a silent server counts as gone
    _options["prepare_threshold"] = None  # behind a pooler the next statement is on another connection
    _options["application_name"] = f"crm {env.PROGRAM or 'command'}"
    _words = ["-c lock_timeout=10000"]
    _words.append(
        "-c pg_trgm.word_similarity_threshold=0.45"
    )  # so many letters in a misspelt name must be right
    if env.PROGRAM in LONGEST_STATEMENT:
        _words.append(f"-c statement_timeout={LONGEST_STATEMENT[env.PROGRAM]}")
        # not for migrations: on a busy machine they think longer than that between two statements
        _words.append("-c idle_in_transaction_session_timeout=15000")
    if not env.DB_POOLER:  # which takes no such words: there they are the role's own (docs/runbook.md)
        _options["options"] = " ".join(_words)
    if env.DB_POOL:
        _options["pool"] = {"min_size": 2, "max_size": 12, "timeout": 5}
        _default["CONN_MAX_AGE"] = 0
    else:
        _default["CONN_MAX_AGE"] = 60
        _default["CONN_HEALTH_CHECKS"] = True

DATABASES = {"default": _default}
