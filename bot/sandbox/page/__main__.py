"""`python -m bot.sandbox.page`."""

import sys

from bot.sandbox.page.command import main

sys.exit(main(sys.argv[1:]))
