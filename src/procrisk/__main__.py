"""`python -m procrisk` is `procrisk`."""

from procrisk.cli import main

main()
