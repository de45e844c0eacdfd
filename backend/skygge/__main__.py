"""`python -m skygge` is the command `skygge`."""

from skygge.cli import main

main()
