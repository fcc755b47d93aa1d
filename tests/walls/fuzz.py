"""The whole API under requests nobody would write by hand, as four kinds of caller: no answer may be a 5xx.

`make fuzz` starts a house of its own; `make fuzz ARGS=200` makes so many requests an operation (50).
"""

import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

CALLERS = ("admin@demo.test", "rep@demo.test", "viewer@demo.test", "nobody")
SEED = 20261121
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
)  # fmt: skip


def fuzz(stack, caller, examples, phases="coverage,fuzzing", checks=CHECKS):
    """One caller's run over every operation of the published schema; (was it clean?, what was printed)."""
    program = shutil.which("schemathesis", path=str(Path(sys.executable).parent))
    command = [
        program, "run", f"{stack.url}/api/v1/schema/", "--checks", ",".join(checks), "--phases", phases,
        "--max-examples", str(examples), "--seed", str(SEED), "--continue-on-failure", "--no-color",
        "--generation-database", "none", "--suppress-health-check", "all", *_key_of(stack, caller),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:  # it leaves reports where it stands
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def _key_of(stack, caller):
    if caller == "nobody":
        return []
    key = stack.manage("create_api_key", "--workspace", "demo", "--user", caller).strip()
    return ["--header", f"Authorization: Bearer {key}"]


def main(examples=50):
    """All callers after one another; the exit code."""
    from tests.load.houses import running_house

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the house is stopped and removed all the same
    broken = []
    with running_house(API_RATE="0") as house:
        for caller in CALLERS:
            is_clean, said = fuzz(house.stack, caller, examples)
            [cases] = [line for line in said.splitlines() if " generated, " in line] or ["  no requests made"]
            print(f"{caller:<20}{cases}", flush=True)
            if not is_clean:
                broken.append(caller)
                print(said, flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
