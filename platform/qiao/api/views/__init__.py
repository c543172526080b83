"""Views of the interface: parse, authorise, call one function, answer."""
