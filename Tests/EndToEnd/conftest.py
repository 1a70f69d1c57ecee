"""End to end: real `yuanjiao` processes with their own folders and ports. `yuanjiao` and `launch` come from Tests/conftest.py."""
