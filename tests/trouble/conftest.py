"""Programs that tests start are no tests themselves: importing them would run them."""

collect_ignore = ["watched_trainings.py"]
