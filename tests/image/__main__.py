"""`python -m tests.image PACKAGE...`: each in a clean root of its Debian, from installation to purge."""

import sys

from tests.image.trial import main

sys.exit(main(sys.argv[1:]))
