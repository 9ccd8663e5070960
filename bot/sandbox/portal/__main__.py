"""`python -m bot.sandbox.portal`."""

import sys

from bot.sandbox.portal.command import main

sys.exit(main(sys.argv[1:]))
