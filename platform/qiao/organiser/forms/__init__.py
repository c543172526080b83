"""Forms of the organisers' desk."""
