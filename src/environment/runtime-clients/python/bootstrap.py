"""Starts the Python runtime. The work is in a module of its own, which Python can keep compiled."""

from lambent_runtime import main

main()
