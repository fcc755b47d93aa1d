"""What the house says to the person who starts it."""

import json

from config.launcher.paths import VarDir
from config.launcher.programs import Addresses
from config.launcher.progress import seconds


def busy(name: str, port: int) -> str:
    """A port is taken: say so, and what to do."""
    return (
        f"Port {port} is taken by another program. Stop that program, or choose another port: "
        f"`make up {name}={port + 1000}`."
    )


def already_running(var: VarDir) -> str:
    """Who runs here already."""
    try:
        house = json.loads((var.run / "up.json").read_text())
    except FileNotFoundError:
        return f"The house in {var.path} is just starting or stopping. Try again in a moment."
    return (
        f"The house already runs in {var.path}: process {house['pid']}, {house['url']}\n"
        f"Stop it with Ctrl-C there or `kill {house['pid']}`. For a second house beside it:\n"
        f"`make up VAR_DIR=var2 PORT=9000 SIM_PORT=9100`."
    )


def welcome(addresses: Addresses, token: str, var: VarDir, *, demo: bool) -> str:
    """What a person wants to know now."""
    people = "admin@demo.test, manager@demo.test, rep@demo.test or viewer@demo.test, password demo"
    sign_in = people if demo else "with your own account (`manage.py create_user` makes one)"
    return f"""
  Ready in {seconds():.1f} s.

  Product          {addresses.url}
  Sign in          {sign_in}
  Customer phones  {addresses.sim_url}/  (write to the product as a customer)
  Simulator token  {token}
  Data and logs    {var.path}

  Ctrl-C stops everything and keeps the data.
"""
