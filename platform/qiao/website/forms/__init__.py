"""Forms of the website."""
