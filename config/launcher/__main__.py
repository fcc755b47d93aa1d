"""`python -m config.launcher up`."""

import sys

from config.launcher import up

if __name__ == "__main__":
    if sys.argv[1:] != ["up"]:
        sys.exit("usage: python -m config.launcher up")
    sys.exit(up.main())
