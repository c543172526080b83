"""The matcher: `core` decides, `embedding` turns text into vectors, `app` joins both to the database."""
