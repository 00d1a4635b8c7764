"""`python -m deepstart` does what `deepstart` does."""

from deepstart.cli import main

if __name__ == "__main__":
    main()
