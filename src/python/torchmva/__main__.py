"""`python -m torchmva`: the command line, and `python -m torchmva SCRIPT [ARGS]`."""

import sys

from torchmva.cli import main

if __name__ == "__main__":
    sys.exit(main())
