"""Reading what people have: `read(PATH or NAME)` gives a `Data`, or one clear message."""
