"""Log files of the programs: a fresh one at each start, a few old ones kept."""

from pathlib import Path

OLD_KEPT = 3


def rotate(log: Path) -> None:
    """Put the last log aside (`web.log.1`, `.2`, `.3`), so that a start begins with an empty one."""
    if not log.exists() or log.stat().st_size == 0:
        return
    for number in range(OLD_KEPT, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        newer = log if number == 1 else log.with_name(f"{log.name}.{number - 1}")
        if newer.exists():
            newer.replace(older)


def last_lines(log: Path, count: int = 12) -> str:
    """The end of a log, for a person who must know why something failed."""
    if not log.exists():
        return "(no log)"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 8192))
        text = file.read().decode(errors="replace")
    return "\n".join(text.rstrip().splitlines()[-count:])
