"""What is done with workshops: each write is one function."""
