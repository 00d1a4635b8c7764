"""An environment that works: read the machine, decide, write, install, prove."""
