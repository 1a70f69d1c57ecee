"""What the tests in Python share: real processes, free ports."""
