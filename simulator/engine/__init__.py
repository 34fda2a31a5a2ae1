"""Cut a Simulation into blocks of paths, run them, merge what they did."""
