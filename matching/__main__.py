"""`python -m matching`; see `python -m matching --help`."""

import sys

from matching.command_line.parser import main

sys.exit(main())
