"""What the audit log says, in words: for the people of an object, and for those who run a bridge."""
