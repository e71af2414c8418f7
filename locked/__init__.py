"""What is installed to run the program from a clone, locked with hashes. No program."""
